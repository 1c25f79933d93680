from ..common import VatportalCommon


class TestTriggers(VatportalCommon):
    """What Odoo gathers at each change of an entry or of a line, whether or not it has anything to do with e-taxes."""

    def ways(self, model):
        """The ways on which Odoo looks for what depends on the fields of ``model``; each a list of fields."""

        def walk(tree, way=()):
            yield way
            for field, below in tree.items():
                yield from walk(below, (*way, field))

        return list(walk(self.env.registry.get_trigger_tree(list(self.env[model]._fields.values()))))

    def of_this_addon(self, way):
        return any('l10n_az_vatportal' in module for field in way for module in field._modules)

    def test_lines_lead_to_no_document(self):
        """An amount depends on half of what account knows; what depends on an amount would be looked for on each of these ways."""
        self.assertEqual([way for way in self.ways('account.move.line') if self.of_this_addon(way)], [])

    def test_entries_lead_to_few(self):
        ways = self.ways('account.move')
        ours = [way for way in ways if self.of_this_addon(way)]
        self.assertLess(len(ours), len(ways) / 8)
