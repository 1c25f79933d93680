from ..languages_common import LanguagesCase


class TestLanguages(LanguagesCase):
    def test_computed_texts_know_their_language(self):
        self.assertLanguages()
