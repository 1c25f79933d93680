"""What can be tuned, with the defaults of a portal that behaves like a real one seen by a person."""

from dataclasses import asdict, dataclass, field, fields

CHOICES = {
    'wrong_method': ('error', '405', '404'),
    'unknown_ids': ('absent', 'empty', 'null'),
    'unsigned_qaime': ('empty', 'null', 'absent'),
    'empty_stats': ('empty', 'missing'),
    'refusal': ('packet', 'single'),
    'asan_check': ('always', 'signing'),
    'error_http': ('documented', 200),
    'visible': ('at_once', 'after_import'),
    'taken': ('at_once', 'after_import'),
    'deletes': ('known', 'any'),
}
READ_STYLES = ('get', 'post', 'both')


@dataclass
class Settings:
    """Every switch of the sandbox. Change one with `set(name=value)`: it checks names and values."""

    # -- transport ----------------------------------------------------------------------------------------
    read_style: object = 'both'  # 'get' | 'post' | 'both', or {endpoint: style}: the documents disagree
    wrong_method: str = 'error'  # 'error': err_code 1 with HTTP 400 | '405' | '404': no envelope
    include_res: bool = True  # some answers of the portal come without `res`
    error_http: object = 'documented'  # 'documented': 400/401 | 200: errors come as HTTP 200
    ask_phone: bool = False  # code 15 for downloads without a phone, whatever the account: one page of the docs says so
    asan_check: str = 'always'  # code 15 on every call, or only where a signature is needed
    # -- processes ----------------------------------------------------------------------------------------
    stage_seconds: float = 2.0  # how long one stage takes
    stages: dict = field(default_factory=dict)  # seconds per stage by name, over stage_seconds
    step_per_look: bool = False  # no time: each look at the status is one stage further
    auto_confirm: bool = False  # the phone confirms by itself
    confirm_after: float = 0.0  # … after so many seconds
    pin_timeout: float = 120.0  # a prompt nobody answers ends then
    running_status: int = 1  # any value but 2 and 3 means running
    empty_stats: str = 'empty'  # before the first stage is done: stats {} or no stats at all
    need_retry: int = 0  # NEED RETRY exceptions per upload before it goes on
    refusal: str = 'packet'  # one invoice refused by e-taxes stops the whole packet, or only itself
    unknown_voens: list = field(default_factory=lambda: ['1111111111'])  # buyers e-taxes does not know
    unknown_process_code: int = 20  # err_code for a process that is not (any more) known
    # -- invoices -----------------------------------------------------------------------------------------
    accepted_types: list = field(default_factory=lambda: ['default', 'avans', 'goodsTransfer'])
    visible: str = 'at_once'  # /inv/read_invoices knows a posted invoice, or 'after_import' (the stage)
    shown_after: float = 0.0  # … and only so many seconds after it was posted; until then /inv/delete does not find it
    names_taken: bool = True  # error 17 says which ERP id it is
    deletes: str = 'known'  # /inv/delete refuses what it does not find or may not delete, or says yes to 'any' id
    taken: str = 'at_once'  # a known ERP id is refused (17), or only 'after_import' of the first
    unknown_ids: str = 'absent'  # ids that the portal does not have: left out, or with qaime '' / null
    unsigned_qaime: str = 'empty'  # invoices without number: qaime '' / null / no key
    reuse_deleted_ids: bool = False  # ERP ids are unique for ever; True frees them on deletion
    sum_decimals: int = 2
    item_decimals: int = 5
    # -- e-taxes ------------------------------------------------------------------------------------------
    taxpayers: dict = field(default_factory=dict)  # {VÖEN: name}: how e-taxes names the buyer of what is sent
    page_size: int = 5000
    most_bytes: int = 0  # of a request; more is refused by the web server (HTTP 413). 0: any number
    page_process: bool = True  # reading by procId is paged too; False: everything at once, `from` is ignored
    serial_length: int = 6  # 'MT2611' + '00000001'; 2 gives 'MT' + '261100000001'
    # -- clock --------------------------------------------------------------------------------------------
    # the portal's against ours: in `datetime` of documents, in what it finds by date, in Date headers
    clock_skew_hours: float = 0.0
    # -- log ----------------------------------------------------------------------------------------------
    log_size: int = 20000

    def set(self, **values):
        """Change settings; ValueError for an unknown name or a wrong choice, and then nothing changes."""
        known = {f.name for f in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f'unknown setting: {name}')
            self._check(name, value)
        for name, value in values.items():
            setattr(self, name, value)

    @staticmethod
    def _check(name, value):
        if name == 'read_style':
            styles = value.values() if isinstance(value, dict) else [value]
            if any(style not in READ_STYLES for style in styles):
                raise ValueError(f'read_style must be one of {READ_STYLES}')
        elif name in CHOICES and value not in CHOICES[name]:
            raise ValueError(f'{name} must be one of {CHOICES[name]}')
        elif name == 'running_status' and value in (2, 3):
            raise ValueError('running_status: 2 and 3 mean finished')

    def style_of(self, endpoint):
        """Which methods a read endpoint takes."""
        if isinstance(self.read_style, dict):
            return self.read_style.get(endpoint, 'both')
        return self.read_style

    def seconds(self, stage):
        """How long the stage of that name takes."""
        return float(self.stages.get(stage, self.stage_seconds))

    def to_json(self):
        """All settings as plain data."""
        return asdict(self)
