"""`make reference`: write the pages and the picture anew."""

from tests.reference.architecture import PICTURE, picture, read_house
from tests.reference.pages import FOLDER, PAGES

FOLDER.mkdir(exist_ok=True)
for name, page in PAGES.items():
    (FOLDER / name).write_text(page(), "utf-8")
PICTURE.write_text(picture(read_house()), "utf-8")
