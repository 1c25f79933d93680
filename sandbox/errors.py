"""The portal's refusals."""


class ApiError(Exception):
    """An answer with an err_code; `http` None means what the settings say."""

    def __init__(self, code, message='', data=None, http=None):
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.data = data
        self.http = http


class HttpError(Exception):
    """An answer without the envelope: the web server's own, not the portal's."""

    def __init__(self, status):
        super().__init__(status)
        self.status = status
