"""Words of bounces that follow no standard, by what they are good for."""

import re

_SUBJECT = (
    r"undeliver(?:ed|able)",
    r"(?:mail|message|delivery|e-?mail)\b.{0,30}\b(?:fail(?:ed|ure)|error|not delivered|undelivered|returned|delayed)",
    r"fail(?:ed|ure) (?:delivery|notice|notification|mail)", r"failure notice",
    r"returned (?:mail|e-?mail|message)",
    r"delivery (?:status )?(?:notification|failure|report|has failed|error|problem|unsuccessful)",
    r"(?:could not|couldn['’]t|cannot|can't|unable to) (?:be )?(?:deliver|sen[dt])",
    r"not (?:yet )?(?:been )?delivered", r"mail system error", r"processing error",
    r"warning: (?:message|could not send|e?mail)", r"message (?:status|delayed)", r"delayed mail",
    r"error sending (?:your )?(?:mail|message)", r"nondeliverable", r"non[- ]?(?:remis|delivery|livré|distribué)",
    r"rejected:", r"mail could not", r"message you sent.{0,20}blocked", r"postmaster notify", r"user unknown",
    r"mail refused", r"unzustellbar", r"nicht zugestellt", r"zustellung.{0,30}(?:fehl|verz(?:ö|oe)g)",
    r"mail delivery", r"échec de (?:la )?(?:remise|distribution|livraison)", r"(?:remise|non) ?(?:différée|remis)",
    r"no se (?:puede|pudo) entregar", r"no entregad[oa]", r"devuelto al remitente",
    r"não (?:foi )?(?:é possível )?entreg(?:ue|ar)", r"falha (?:na|de) entrega", r"mancata consegna",
    r"non recapitabile", r"impossibile (?:recapitare|consegnare)", r"onbestelbaar", r"niet (?:afgeleverd|bezorgd)",
    r"kunde inte levereras", r"olevererbart", r"ikke leveres", r"ei voitu toimittaa", r"nie można dostarczyć",
    r"niedostarczon", r"nedoruč", r"kézbesíthetetlen", r"не доставлен", r"недоставлен", r"не удалось доставить",
    r"teslim edilemedi", r"iletilemedi", r"配信(?:できません|不能|エラー|失敗)", r"配達(?:できません|不能)",
    r"送信(?:できません|エラー|失敗)", r"メールエラー", r"エラー通知", r"退信", r"投递失败",
    r"無法(?:傳遞|傳送|投遞)", r"无法(?:传递|投递|送达)", r"未送达", r"배달(?:되지| 실패)", r"전송 실패", r"반송",
)  # fmt: skip
SUBJECT = re.compile("|".join(_SUBJECT), re.IGNORECASE)
# Of these every ASCII subject that SUBJECT finds holds one, in lower case: looking for them is a tenth of the work.
SUBJECT_STEMS = (
    "deliver", "fail", "mail", "message", "return", "not ", "couldn", "cannot", "can't", "unable", "error",
    "rejected:", "postmaster", "unknown", "zust", "zugest", "dostarcz", "remis", "entreg", "devuelto", "falha",
    "mancata", "recapit", "impossibile", "onbestelbaar", "afgeleverd", "bezorgd", "leverer", "leveres", "toimittaa",
    "teslim", "iletilemedi", "livr", "distribu",
)  # fmt: skip

_BODY = (
    r"(?:could|can|did|was|were|has|have)\s?(?:not|n['’]t)\s(?:yet )?(?:been |be |able to )?(?:deliver|reach|receive)",
    r"not (?:yet )?(?:been )?(?:be )?deliver(?:ed|able)", r"undeliver(?:ed|able)", r"undelivered mail",
    r"(?:unable|not able|failed|impossible) to (?:be )?(?:deliver|send|relay)",
    r"deliver(?:y|ing)\b.{0,80}\b(?:fail|error|problem|abort|delay|unsuccess|impossible|trouble)",
    r"(?:fail(?:ed|ure)|error|problem|trouble)s?\b.{0,60}\bdeliver", r"del[ei]very to the following",
    r"failed permanently", r"returned to (?:the )?sender",
    r"had (?:permanent )?(?:fatal |delivery )+(?:errors|problems)", r"fatal (?:delivery )?errors", r"user unknown",
    r"unknown (?:user|recipient|local part)", r"no such (?:user|recipient|mailbox|person|address)",
    r"(?:does ?n[o']t|not) exist", r"unknown host", r"host (?:unknown|not found)",
    r"not (?:a )?(?:known|valid) (?:user|recipient|address)",
    r"mail(?:box|folder) (?:is |exceeds )?(?:full|allowed)", r"(?:over|exceed\w*|disk) (?:its |the |their )?quota",
    r"quota (?:exceeded|violation)", r"mail(?:box| ?folder)? ?(?:is|was)? ?full",
    r"account is (?:full|disabled|inactive|suspended)",
    r"(?:encountered|experienced) (?:an? )?(?:error|delivery problem)", r"no valid recipients",
    r"reject(?:ed|s) (?:recipient|your message|the following|by)", r"permanent (?:fatal )?error",
    r"address(?:\(es\)|es)? failed", r"failed address", r"could not be (?:found|reached|sent)",
    r"has been (?:delayed|returned|rejected|blocked)", r"invalid (?:user|recipient|address|mailbox)",
    r"intended recipient:", r"not listed in", r"recipient (?:name )?is not recogni[sz]ed", r"recipient not found",
    r"error occurred while", r"transcript of session", r"failure reasons",
    r"nicht (?:zugestellt|ausgeliefert|übermittelt|zustellbar)", r"unzustellbar",
    r"pas (?:pu )?(?:[eê]tre )?(?:[eé]t[eé] )?(?:d[eé]livr|remis|distribu|achemin)", r"n['’]a pas pu",
    r"no (?:se )?(?:ha )?(?:pudo|podido|puede|fue) (?:ser )?entrega",
    r"não (?:pôde|pode|foi) (?:ser )?(?:possível )?entreg",
    r"non (?:è stato|ha potuto|può essere|è possibile).{0,30}(?:consegn|recapit)",
    r"niet (?:worden )?(?:afgeleverd|bezorgd)", r"kunde inte (?:levereras|skickas)",
    r"kunne ikke (?:leveres|sendes)", r"nie (?:można|mogła|udało).{0,30}dostarcz",
    r"не (?:может быть|было|удалось|могло быть) доставл", r"невозможно доставить", r"не доставлен",
    r"teslim edilemedi", r"(?:配信|配達|送信|送達)(?:が)?(?:できません|できない|不能|失敗|に失敗)", r"投递失败",
    r"無法(?:傳遞|傳送|投遞)", r"无法(?:传递|投递|送达)", r"배달(?:되지|할 수)",
)  # fmt: skip
BODY = re.compile("|".join(_BODY), re.IGNORECASE)

_DELAYED = (
    r"warning message only", r"this is (?:just |only )?a warning", r"warning only",
    r"(?:has|have) (?:not yet been delivered|been delayed)", r"message (?:has been |is )?delayed",
    r"will be retried", r"still being retried", r"will continue (?:to )?(?:try|attempt|be)",
    r"(?:delivery )?attempts will continue", r"delivery to .{0,40}delayed", r"temporary non-delivery",
    r"delivery delayed", r"\(delay\)",
)  # fmt: skip
DELAYED = re.compile("|".join(_DELAYED), re.IGNORECASE)  # fmt: skip

# Lines after which the returned mail stands.
_LEAD = r"\s{0,40}(?:[-=*#_|~><+ ]{2,40}|\[)?\s{0,10}"
_MAIL = r"(?:message|mail|e-?mail)(?: (?:header|text|body|info)s?){0,3}"
_RETURNED = (
    r"(?:this is a |below is a |a )?copy of (?:the |your )?(?:original )?(?:message|mail)",
    r"(?:the )?headers? of the (?:original|returned) message",
    rf"(?:the )?(?:original|returned|unsent|undelivered|failed|rejected) {_MAIL}"
    r"\s{0,5}(?:follow|begin|is following|reads|below|info|:?\s{0,5}[-=*#_|~]|:?\s*$)",
    r"message (?:headers?|text|body|contents?) (?:follow|removed|suppressed)", r"message headers? follow",
    r"original message headers:", r"below (?:this|the next) line (?:is|are)", r"returned (?:mail|message) follows",
    r"attachment is a copy", r"your message reads", r"included (?:below|is a copy)", r"the following is a copy",
    r"(?:raw )?message (?:as|was) (?:sent|received)", r"begin(?:ning)? of (?:original|returned|forwarded) message",
    r"original mail info", r"unsent message",
)  # fmt: skip
_TRACE = (
    "Received", "Return-Path", "DKIM-Signature", "X-Originating-IP", "DomainKey-Signature", "ARC-Seal", "X-Received",
    "Mime-Version", "X-Google-Smtp-Source",
)  # fmt: skip
RETURNED = re.compile(rf"{_LEAD}(?:{'|'.join(_RETURNED)})|\s{{0,4}}(?:{'|'.join(_TRACE)}):\s", re.IGNORECASE)
