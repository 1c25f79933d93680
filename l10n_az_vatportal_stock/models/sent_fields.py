"""What of Inventory's records stands on an electronic document may not be written while that lives, by whatever way."""


def changed(records, vals, names):
    """Those of ``records`` of which ``vals``, as for ``write``, would change one of the fields ``names``."""
    names = [name for name in names if name in vals]

    def differs(record):
        for name in names:
            field = record._fields[name]
            new = field.convert_to_record(field.convert_to_cache(vals[name], record, validate=False), record)
            if (new or False) != (record[name] or False):
                return True
        return False

    return records.filtered(differs) if names else records.browse()
