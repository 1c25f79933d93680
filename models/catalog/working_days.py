"""What moves the last day of what is counted in working days: a company's working hours, and the days on which it is closed."""

from odoo import api, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    def write(self, vals):
        result = super().write(vals)
        if 'resource_calendar_id' in vals:
            self.env['vatportal.deadline']._renew_working()
        return result


class ResourceCalendarAttendance(models.Model):
    _inherit = 'resource.calendar.attendance'

    @api.model_create_multi
    def create(self, vals_list):
        hours = super().create(vals_list)
        hours.calendar_id._vatportal_renew()
        return hours

    def write(self, vals):
        before = self.calendar_id
        result = super().write(vals)
        if {'dayofweek', 'display_type', 'calendar_id'} & vals.keys():
            (before | self.calendar_id)._vatportal_renew()
        return result

    def unlink(self):
        calendars = self.calendar_id
        result = super().unlink()
        calendars._vatportal_renew()
        return result


class ResourceCalendar(models.Model):
    _inherit = 'resource.calendar'

    def _vatportal_renew(self):
        """Where these are the hours of a company itself."""
        if self.env['res.company'].sudo().search_count([('resource_calendar_id', 'in', self.ids)], limit=1):
            self.env['vatportal.deadline']._renew_working()


class ResourceCalendarLeaves(models.Model):
    """Public holidays move what is counted in working days."""

    _inherit = 'resource.calendar.leaves'

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._vatportal_renew()
        return leaves

    def write(self, vals):
        public = self.filtered(lambda leave: not leave.resource_id)
        result = super().write(vals)
        (public | self)._vatportal_renew()
        return result

    def unlink(self):
        public = any(not leave.resource_id for leave in self)
        result = super().unlink()
        if public:
            self.browse()._vatportal_renew(public)
        return result

    def _vatportal_renew(self, public=False):
        """Where the company itself is closed, and anything is counted in working days."""
        if not public and all(leave.resource_id for leave in self):
            return
        self.env['vatportal.deadline']._renew_working()
