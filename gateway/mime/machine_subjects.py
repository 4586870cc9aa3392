"""Subjects automatic replies carry, by language. Strong: nobody writes them by hand. Weak: needs another sign."""

import re

_STRONG = (
    r"auto(?:matic|mated)?[ -]?(?:reply|response)\b",
    r"out[ -]of[ -](?:the[ -])?office(?:[ -](?:auto[ -]?)?(?:reply|message|response|autoreply|notification))?\s*[:;]",
    r"\[?auto(?:matic)?[ -]?(?:reply|response)\]?", r"autoreply", r"autoresponse",
    r"vacation (?:reply|response|auto-?reply)", r"auto:", r"ooo\s*:", r"i am out of (?:the )?office",
    r"away from (?:the |my )?office\s*:", r"automatische (?:antwort|abwesenheits\w*|antwoord|r(?:ü|ue)ckmeldung)",
    r"automatisch antwoord", r"abwesenheits(?:notiz|nachricht|meldung|info\w*|benachrichtigung|agent|assistent)\b",
    r"(?:abwesend|nicht im (?:b(?:ü|ue)ro|haus))\s*:", r"abwesenheit\s*:",
    r"afwezigheids(?:bericht|melding|assistent)", r"afwezig\s*:", r"r(?:é|e)ponse automatique",
    r"(?:message|notification) d['’]absence", r"absen(?:ce|t) du bureau", r"absence du bureau",
    r"absent\(?e?\)?\s*:", r"respuesta autom(?:á|a)tica", r"fuera de (?:la )?oficina",
    r"contestaci(?:ó|o)n autom(?:á|a)tica", r"resposta autom(?:á|a)tica", r"fora do escrit(?:ó|o)rio",
    r"ausente do escrit(?:ó|o)rio", r"aus(?:ê|e)ncia tempor(?:á|a)ria", r"risposta automatica",
    r"fuori (?:sede|ufficio)", r"assenza dall['’]ufficio", r"autosvar", r"automatiskt? svar",
    r"automatisk (?:besvarelse|svar)", r"frånvaro(?:meddelande)?\s*:", r"fravær(?:sbesked|smelding|sassistent)?\s*:",
    r"ikke til stede\s*:", r"automaattinen vastaus", r"poissaoloilmoitus", r"poissa\s*:",
    r"odpowied(?:ź|z) automatyczna", r"automatyczna odpowied(?:ź|z)", r"autoodpowied(?:ź|z)", r"poza biurem\s*:",
    r"automatick(?:á|a) odpov(?:ě|e)(?:ď|d)", r"automatick(?:á|a) odpove(?:ď|d)",
    r"odpov(?:ě|e)(?:ď|d) v nep(?:ř|r)(?:í|i)tomnosti", r"mimo kancel(?:á|a)(?:ř|r)\s*:",
    r"automatikus v(?:á|a)lasz", r"házon kívül", r"r(?:ă|a)spuns automat", r"автоответ\w*",
    r"автоматическ(?:ий|ое) (?:ответ|сообщение)", r"автоматична відповідь", r"автоматичен отговор",
    r"нет на месте\s*:", r"вне офиса\s*:", r"otomatik (?:yan(?:ı|i)t|cevap)", r"ofis d(?:ı|i)(?:ş|s)(?:ı|i)nda\s*:",
    r"αυτόματη απάντηση", r"εκτός γραφείου\s*:", r"automaatvastus", r"automātiska atbilde", r"automatinis atsakymas",
    r"samodejni odgovor", r"automatski odgovor", r"аутоматски одговор", r"自动(?:回复|答复)", r"自動(?:回覆|返信|応答)",
    r"自動応答", r"不在(?:通知|のお知らせ|です)", r"외출 중\s*:", r"자동 (?:회신|응답)", r"부재중",
    r"ตอบกลับอัตโนมัติ", r"การตอบกลับอัตโนมัติ", r"trả lời tự động",
    r"balasan otomatis", r"jawapan automatik", r"הודעה אוטומטית", r"מענה אוטומטי",
    r"תשובה אוטומטית", r"رد تلقائي", r"پاسخ خودکار", r"स्वचालित (?:उत्तर|जवाब)",
)  # fmt: skip
_WEAK = (
    r"out of office", r"ooo\b", r"on vacation", r"vacation notice", r"away from (?:my )?(?:mail|desk|email)",
    r"on leave", r"maternity leave", r"parental leave", r"im urlaub", r"abwesenheit", r"urlaubs?\w*", r"en vacances",
    r"de vacaciones", r"in ferie", r"absence", r"w delegacji", r"semester\b", r"ferie\b", r"отпуск", r"auto[- ]?\w*",
    r"automati\w+", r"thank you for (?:your (?:e-?mail|message)|contacting)", r"we (?:have )?received your",
    r"holidays?\b", r"i(?: am|['’]m) (?:away|on (?:holiday|leave|vacation))", r"away\s*:",
    r"ich bin (?:nicht im|im urlaub|abwesend)",
    r"je suis (?:absent|en (?:cong|vacances))", r"nieobecno", r"απάντηση εκτός", r"εκτός γραφείου", r"автоматичн",
    r"автоматическ", r"delivery receipt", r"\S{0,20}#?\d{1,12}\]? received",
    r"ticket received", r"acknowledg\w+", r"eingangsbest(?:ä|ae)tigung", r"accus(?:é|e) de r(?:é|e)ception",
)  # fmt: skip
_PREFIX = r"\s*(?:(?:re|aw|fwd?|wg|sv|svar|antw|odp|r|rv|vs|ynt)\s*:\s*)?[\[(*]?"
AUTOMATIC_SUBJECT = re.compile(
    rf"{_PREFIX}(?:(?P<strong>{'|'.join(_STRONG)})|(?P<weak>{'|'.join(_WEAK)}))", re.IGNORECASE
)
