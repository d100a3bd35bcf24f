"""Plain cries for help in languages that the encoder does not read: the little that can be heard there for certain."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.understanding.normalise import plain

CRIES: Mapping[str, tuple[str, ...]] = {
    "self-harm": (
        *("haluan kuolla", "en halua enää elää", "aion tappaa itseni"),  # Finnish
        *("jag vill dö", "jag vill inte leva längre", "jag ska ta livet av mig", "orkar inte leva"),  # Swedish
        *("jeg vil dø", "jeg vil ikke leve", "jeg orker ikke leve"),  # Danish, Norwegian
        *("tôi muốn chết", "em muốn chết", "con muốn chết", "không muốn sống nữa", "muốn tự tử"),  # Vietnamese
        *("gusto ko nang mamatay", "gusto ko na mamatay", "ayoko nang mabuhay", "magpapakamatay"),  # Tagalog
        *(
            "saya ingin mati",
            "aku ingin mati",
            "saya mahu mati",
            "aku mau mati",
            "ingin bunuh diri",
        ),  # Indonesian, Malay
        *("nataka kufa", "sitaki kuishi tena", "nataka kujiua"),  # Swahili
        *("vreau să mor", "vreau sa mor", "nu mai vreau să trăiesc", "vreau să mă sinucid"),  # Romanian
        *("chci umřít", "nechci už žít", "chci se zabít"),  # Czech
        *("meg akarok halni", "nem akarok tovább élni", "megölöm magam"),  # Hungarian
        *("я хочу померти", "не хочу більше жити"),  # Ukrainian
        *("θέλω να πεθάνω", "δεν θέλω να ζω", "θα αυτοκτονήσω"),  # Greek
        *("אני רוצה למות", "לא רוצה לחיות", "אני אתאבד"),  # Hebrew
        *(
            "می‌خواهم بمیرم",
            "میخواهم بمیرم",
            "می خواهم بمیرم",
            "میخوام بمیرم",
            "می‌خوام بمیرم",
            "خودم را بکشم",
        ),  # Persian
        *("مرنا چاہتا ہوں", "مرنا چاہتی ہوں", "میں خودکشی کر"),  # Urdu
        *("मरना चाहता हूँ", "मरना चाहता हूं", "मरना चाहती हूँ", "मरना चाहती हूं", "मैं आत्महत्या कर"),  # Hindi
        *("মরতে চাই", "বাঁচতে চাই না", "আমি আত্মহত্যা কর"),  # Bengali
        *("சாக விரும்புகிறேன்", "நான் தற்கொலை செய்"),  # Tamil
    ),
    "sextortion": (
        *("uhkaa lähettää alastonkuv", "uhkaa julkaista kuv"),
        *("hotar att skicka mina naken", "hotar att sprida mina naken", "hotar att lägga ut mina bilder"),
        *("truer med at sende mine nøgen", "truer med å sende naken"),
        *("dọa gửi ảnh khỏa thân", "dọa tung ảnh", "dọa phát tán ảnh"),
        *("ipakalat ang mga hubad", "ikakalat ang hubad", "ikakalat ang mga hubad"),
        *("mengancam akan menyebarkan foto", "mengancam menyebarkan foto", "ancam sebar foto"),
        *("anatishia kusambaza picha",),
        *("amenință că trimite pozele", "ameninta ca trimite pozele", "amenință că publică pozele"),
        *("vyhrožuje že pošle moje nahé", "vyhrožuje, že pošle moje nahé", "vyhrožuje, že zveřejní moje"),
        *("elküldi a meztelen kép", "kiteszi a meztelen kép"),
        *("погрожує розіслати мої", "погрожує надіслати мої"),
        *("απειλεί να στείλει τις γυμνές", "απειλεί να ανεβάσει τις φωτογραφίες"),
        *("מאיים להפיץ תמונות", "מאיים לשלוח את התמונות", "מאיים להפיץ את התמונות"),
        *("عکس‌های برهنه‌ام را پخش", "عکس های برهنه ام را پخش", "تهدید می‌کند عکس", "تهدید می کند عکس"),
        *("ننگی تصویریں بھیجنے کی دھمکی", "تصویریں پھیلانے کی دھمکی"),
        *("नंगी तस्वीरें भेजने की धमकी", "तस्वीरें फैलाने की धमकी", "फोटो वायरल करने की धमकी"),
        *("নগ্ন ছবি ছড়িয়ে দেওয়ার হুমকি", "ছবি ছড়িয়ে দেওয়ার হুমকি"),
        *("நிர்வாண படங்களை அனுப்புவதாக மிரட்டு",),
    ),
    "missing-child": (
        *("lapseni on kadonnut", "tyttäreni on kadonnut", "poikani on kadonnut"),
        *("mitt barn är försvunnet", "min dotter är försvunnen", "min son är försvunnen"),
        *("min datter er forsvundet", "mit barn er forsvundet", "min søn er forsvundet", "datteren min er forsvunnet"),
        *("con gái tôi mất tích", "con trai tôi mất tích", "con tôi mất tích"),
        *("nawawala ang anak ko",),
        *("anak saya hilang",),
        *("mtoto wangu amepotea",),
        *("fiica mea a dispărut", "fiul meu a dispărut", "copilul meu a dispărut"),
        *("moje dcera zmizela", "můj syn zmizel"),
        *("eltűnt a lányom", "eltűnt a fiam", "eltűnt a gyerekem"),
        *("моя донька зникла", "мій син зник", "моя дитина зникла"),
        *("η κόρη μου εξαφανίστηκε", "ο γιος μου εξαφανίστηκε", "το παιδί μου εξαφανίστηκε"),
        *("הבת שלי נעלמה", "הבן שלי נעלם"),
        *("دخترم گم شده", "پسرم گم شده", "بچه‌ام گم شده"),
        *("میری بیٹی لاپتہ ہے", "میرا بیٹا لاپتہ ہے"),
        *("मेरी बेटी लापता है", "मेरा बेटा लापता है", "मेरा बच्चा लापता है"),
        *("আমার মেয়ে নিখোঁজ", "আমার ছেলে নিখোঁজ"),
        *("மகன் காணவில்லை", "மகளைக் காணவில்லை", "மகனைக் காணவில்லை"),
    ),
    "sexual-assault": (
        *("hän raiskasi minut", "jag blev våldtagen", "jeg blev voldtaget", "jeg ble voldtatt", "tôi bị hiếp dâm"),
        *("ginahasa ako", "saya diperkosa", "nimebakwa", "am fost violată", "znásilnil mě"),
        *("megerőszakolt", "мене зґвалтували", "με βίασαν", "με βίασε", "אנסו אותי", "הוא אנס אותי", "به من تجاوز"),
        *("میرا ریپ ہوا", "मेरा बलात्कार", "मेरे साथ बलात्कार", "আমাকে ধর্ষণ", "என்னை பாலியல் வன்கொடுமை"),
    ),
}
"""Beginnings of sentences by the topic they belong to, in the form of `plain`; what follows in the word is free."""

_HEARD = {plain(cry): topic for topic, cries in CRIES.items() for cry in cries}


def plain_cry(text: str) -> str | None:
    """Return the topic of the first plain cry in a text, None when there is none that is certain."""
    read = plain(text)
    found = (cry for cry in _HEARD if cry in read and re.search(rf"(?<!\w){re.escape(cry)}", read))
    return next((_HEARD[cry] for cry in found), None)
