"""Words by which mail servers say why, in the order they are asked.

What a server says about us, its limits or the text comes before what it says about a mailbox, because refusals for
those reasons often carry the enhanced code of an unknown user. Each pattern reads lower-case text of bounded length
without addresses and links, and has bounded repeats only.
"""

import re
from functools import cache

from models.types.outbox import Reason

Phrases = tuple[tuple[Reason, re.Pattern[str]], ...]
_Words = tuple[tuple[Reason, tuple[str, ...]], ...]

_BOX = r"(?:user|account|mailbox|mail box|recipient|addressee|e-?mail address|address|compte|destinataire|postfach)"
_CANNOT = r"(?:does|do|did|could|can|is|was)(?: not|n.?t)"
_NO_SUCH = (
    r"(?:unknown|no such|invalid|non-?existent|bad|undeliverable|unroute?able|unallocated|inexistent|unrecognized"
    r"|incorrect|dead|not an?|not an? valid|not an? known)"
)

_CLEAR: _Words = (
    (Reason.GREYLIST, (r"gr[ae]y-?\s?list", r"postgrey", r"first (?:delivery )?attempt")),
    (
        Reason.RATE,
        (
            r"too many (?!(?:messages|mails) (?:on|in) )(?:\w+ ){0,3}"
            r"(?:recipient|connection|session|rcpt|login|attempt|request|error|message|e?-?mail)",
            r"(?:rate|frequency|connection|concurrency|sending|daily|hourly|volume)\W{1,3}(?:\w+ ){0,3}limit",
            r"limit\w* (?:\w+ ){0,4}(?:rate|per (?:hour|day|minute)|connections)",
            r"(?:daily|hourly|sending|message|outgoing) (?:\w+ ){0,2}quota",
            r"(?:exceed\w*|over) (?:\w+ ){0,4}(?:sending|rate|messages? per|mails? per|connections)",
            r"throttl",
            r"unexpected volume|user complaints|receiving ?rate",
            r"sending too (?:fast|quickly)",
            r"(?:unusual|high) rate|rate that prevents",
            r"slow down|try again slower",
            r"max(?:imum)? connections",
        ),
    ),
    (Reason.TLS, (r"must issue a starttls", r"(?:starttls|tls|encryption) (?:is )?(?:required|needed)")),
    (
        Reason.POLICY,
        (
            r"\b(?:spf|dkim|dmarc|arc)\b(?!-signature)|authentication checks|unauthenticated (?:sender|mail|e-?mail)",
            r"smtp auth|\bbatv\b|backscatter|anti-?spoof",
            r"authenticated (?:users|senders) only|requires? (?:smtp )?authentication|authentication is required",
        ),
    ),
    (
        Reason.CONTENT,
        (
            r"\bvirus|malware|infected|malicious|phish",
            r"(?:duplicate|missing|invalid|malformed|bad|multiple) (?:\S{1,20} )?headers?\b",
            r"headers? (?:size|too (?:large|long))|improperly.formatted|charset (?:\S{1,20} )?not supported",
            r"banned (?:content|attachment|file)",
            r"message content|content (?:rejected|not acceptable)",
            r"8-?bit data|bare (?:cr|lf)|line too long",
            r"attachment (?:type )?(?:not allowed|blocked|rejected)",
            r"not rfc ?\d* ?compliant|rfc ?5322|invalid mime",
        ),
    ),
    (
        Reason.POLICY,
        (
            r"reverse dns|\bptr\b|\bf?c?rdns\b|ip name lookup|unverifyable|helo (?:command )?rejected",
            r"(?:black|block|deny)-?\s?list|\brbls?\b|\bdnsbl\b|spamhaus|spamcop|sorbs|barracuda",
            r"\bblocked using|\bbanned\b|reputation|\bbad neighbo",
            r"listed (?:in|at|by|on)\b(?! (?:domino|public|the directory))",
            r"client host (?:\S{1,80} )?(?:rejected|blocked)",
            r"(?:your|host) (?:network|ip)\b|\binvalid ip\b",
            r"ip address .{0,40}(?:rejected|blocked|denied)",
            r"service refuse|connections? not accepted|refused to talk|(?:not|n't) accept(?:ing)? mail from",
            r"not accept (?:messages|mails?|e-?mails?) (?:containing|with|from)",
            r"relay(?:ing)?\b|not a gateway|(?:not|n't) handle (?:e-?)?mail for(?! th)|non-?local (?:e-?mail )?address",
            r"open proxy|dynamic (?:\S{1,20} )?ips?\b|\bzombie|no access from|smtp server of your",
            r"spammer|sending spam|confirm this mail server|requires confirmation|mass mailer",
            r"all recipient addresses rejected|access to submit|rejected by this user",
        ),
    ),
    (
        Reason.SPAM,
        (
            r"\b(?:anti-?)?spam|\bjunk\b|unsolicited|\bbulk\b|suspicious",
            r"ofr_506",  # Orange: refused by the content filter
        ),
    ),
    (
        Reason.SENDER,
        (
            r"sender (?:address |domain |verify )?(?:is )?(?:rejected|denied|refused|not allowed|blocked)",
            r"sender (?:address |domain |verify )?(?:is )?(?:failed|invalid)",
            r"(?:invalid|unknown|bad|no such|unresolvable) sender",
            r"sender (?:id|verification)|domain of sender|return address",
            r"not (?:allowed|authori[sz]ed|permitted|owned) (?:\w+ ){0,3}(?:send|from|as|by)\b",
            r"send ?as ?denied|(?:permission|right)s? to send",
            r"\bfrom: domain|valid from\b|from (?:address|header) (?:is )?(?:not|invalid)",
            r"purported responsible",  # Sender ID, RFC 4407
            r"sender (?:\w+ ){0,2}(?:rejected|invalid|not pre-?approved)|unroute?able sender|[eé]metteur invalide",
            r"non-?members?\b|members.only|returned mail not accepted|\bmx records for",
        ),
    ),
    (
        Reason.POLICY,
        (
            r"(?:for|by|local|of|to) (?:\w+ )?polic|policy (?:violation|reasons?|rejection|restrict)",
            r"protocol violation",
            r"message not (?:allowed|accepted)",
            r"not authori[sz]ed|authentication required|permission",
        ),
    ),
    (
        Reason.FULL,
        (
            r"(?:mail)?(?:box|folder|dir) (?:\w+ ){0,3}(?:full|too large)|full mailbox",
            r"(?:mailbox|mail file|account|user) (?:\w+ )?exceed",
            r"(?:not?|n't) (?:have )?enough (?:\w+ ){0,2}space|space (?:has been|is) used up|too much mail data",
            r"exceed\w* (?:\w+ ){0,3}(?:storage allocation|disk space|receiving limit)|maximum allowed storage",
            r"too many (?:messages|mails) (?:on|in) |zu ?viele mails",
            r"over ?-?quota|out of (?:quota|storage)|user is over",
            r"quota (?:is |has been |was |usage |\(\w{1,20}\) )?(?:exceed|full|violation|limit)",
            r"reached (?:\w+ ){0,2}quota",
            r"(?:exceed\w*|over) (?:\w+ ){0,4}quota",
            r"(?:storage|mailbox) (?:size |space )?(?:limit|is full|full)",
            r"(?:insufficient|not enough) mailbox",
            r"no room in|out of disk|speicherplatz|(?:buz[oó]n|mailbox|bandeja) llen[ao]|caixa (?:\w+ )?chei",
            r"(?:mailbox|postvak|postbus) (?:is )?vol\b",
            r"(?:brevl[aå]da|postkasse)\w{0,2} er? (?:full|fuld)|brevl[aå]dan [aä]r full",
            r"skrzynka (?:\w+ )?(?:jest )?(?:pe[lł]na|przepe[lł])|schr[aá]nka (?:je )?pln|ящик переполнен|kutusu dolu",
            r"(?:邮箱|信箱)已[满滿]|いっぱい|가득",
            r"bo[iî]te (?:\S{1,20} ){0,3}pleine|postfach (?:ist )?voll|buz[oó]n lleno|casella piena",
        ),
    ),
    (
        Reason.INACTIVE,
        (
            _BOX + r"\b[^.;:]{0,80}\b(?:disabled|suspended|inactive|deactivated|frozen|locked|blocked|bloqu[eé]"
            r"|closed|discontinued|terminated|not active|expired|gesperrt)",
            r"(?:disabled|inactive|suspended|deactivated|closed|expired|archived) (?:user|account|mailbox|recipient)",
            r"(?:currently|temporar\w{1,4}) (?:suspended|locked|inactive)|suspend the service|destinataire archiv",
            r"mailbox unavailable or access denied",
        ),
    ),
    (
        Reason.SIZE,
        (
            r"(?:message|mail|size|length|data)\b(?:\W{1,3}\w+){0,4}\W{1,3}"
            r"(?:exceed|too (?:big|large|long)|over the|larger than)",
            r"exceed\w* (?:\w+ ){0,4}(?:size|length)",
            r"too (?:big|large) (?:message|mail)",
            r"size limit|maximum (?:\w+ )?size|taille (?:limite|maximale)|size=\S{0,20} ?too",
        ),
    ),
    (
        Reason.DOMAIN,
        (
            r"(?:host|domain)(?: name)?s? (?:unknown|not found(?!, try)|(?:is )?invalid|unreachable)",
            r"domain is (?:not|un)\W?reachable|domain must exist|account or domain may not exist",
            r"domain (?:\w+ ){0,6}is unknown",
            r"unroute?able address",  # Exim: no router took it
            r"(?:host|domain)(?: name)?\b[^.;]{0,60}\b" + _CANNOT + r" (?:exist|resolve|be found)",
            r"(?:no such|unknown|illegal|non-?existent|invalid|unroute?able) (?:\w+ )?(?:host|domain)",
            r"null ?mx|no mx\b|nxdomain|non-existent hosts",
            r"(?:domain|host) (?:does not|doesn't|never) accepts? (?:e-?)?mail",
            r"name (?:or )?service not known",
        ),
    ),
    (
        Reason.USER,
        (
            _NO_SUCH + r" (?:(?:local|virtual|destination|e-?mail|recipient|user|delivery|requested) ){0,2}"
            r"(?:user|recipient|mailbox|account|address|person|alias|people|customer)",
            _BOX + r"[^.;]{0,80}\b(?:unknown|not found|not known|unavailable|not exist|moved|lookup failed)",
            _BOX + r"[^.;]{0,80}\bno longer (?:valid|available|exists?|active|in use|on)",
            _BOX
            + r"[^.;]{0,80}\b"
            + _CANNOT
            + r" (?:exist|be found|be delivered|valid|known|here|listed|recogni[sz]ed)",
            _BOX + r"[^.;]{0,80}\b(?:is|was|are) invalid",
            _CANNOT + r" (?:exist|have an? (?:\S{1,40} )?account|(?:be )?f(?:i|ou)nd)",
            r"recip\w{0,8}notfound|not found by smtp|no mailbox|no valid recipient",
            _CANNOT + r" (?:\w+ )?(?:listed|our customer|a valid)|not listed in",
            r"recipient address rejected: access denied",  # Exchange Online, of an address it does not know
            r"envelope recipient has been denied|bad ?(?:rcpt|recipient) ?to|validrcptto|mailbox name not allowed",
            r"no one (?:by|with) that|name (?:is )?not recogni[sz]ed",
            r"(?:utilisateur|destinataire|adresse) (?:\w+ )?inconnue?",
            r"(?:empf[aä]nger|benutzer|adresse) (?:\w+ ){0,2}(?:unbekannt|nicht)",
            r"usuario (?:\w+ )?(?:desconocido|inexistente)|usu[aá]rio (?:\w+ )?(?:desconhecido|inexistente)",
            r"utente (?:\w+ )?sconosciuto",
            r"(?:unknown|illegal|invalid) (?:or (?:illegal|unknown|invalid) )?(?:alias|user|local part)\b",
            r"address(?: is)? invalid|marked as invalid|address_not_found|not (?:in our|our) (?:directory|customer)",
            r"no (?:such )?mail ?(?:box|drop) (?:available|defined|for)|no such mail drop",
            r"(?:does|do)?(?:n't| not) exists?\b",
            r"recipient (?:is )?(?:rejected|not allowed)|handle mail for that user",
            r"destinatario (?:errato|sconosciuto|desconocido)|sconosciuto|(?:indirizzo|casella|conta) inesistente",
            r"(?:usu[aá]rio|cuenta|direcci[oó]n|conta|endere[cç]o) n(?:o|[aã]o) (?:exist|fue|foi encontrad)",
            r"n['’]existe pas|kein solcher|nie (?:istnieje|ma takiego)|onbekende? gebruiker|gebruiker bestaat",
            r"ok[aä]nd (?:anv|mott)|uk(?:end|jen)t (?:bru|mo)|tuntematon|nezn[aá]m[yý] (?:u|p)",
            r"ismeretlen|(?:пользовател|адресат)\w{0,2} не (?:найден|существ)|нет такого|kullan[iı]c[iı] bulunamad",
            r"不存在|存在しません|見つかりません|없습니다",
        ),
    ),
)
_VAGUE: _Words = (
    (
        Reason.POLICY,
        (r"\bdenied\b|not allowed|forbidden|prohibit|blocked|administrative|access restricted",),
    ),
    (
        Reason.SYSTEM,
        (
            r"(?:system|internal|server|software|mailer|local|queue file) (?:\w+ ){0,2}(?:error|fail|problem)",
            r"(?:temporary|configuration|resources?|lookup) (?:\w+ ){0,2}(?:error|fail|problem|unavailable)",
            r"service (?:is )?(?:currently |temporarily )?(?:unavailable|not available)",
            r"disk space|system storage|out of memory|i/o error",
            r"timed? ?out|dns query|(?:message|delivery time) expired",
            r"hop count|too many hops|(?:mail|routing|forwarding) loop|forwarding count|loops? (?:back|was)|looping",
            r"connection (?:lost|reset|refused|dropped)|(?:network|host) (?:is )?unreachable|no route",
            r"could not (?:connect|find a gateway)|resolve route|name ?server (?:reply|error)|not found, try again",
            r"after \d+ (?:tries|attempts)|multiple retries|more than \d+ (?:minute|hour|day)|queue too long",
            r"failure period|queue period|misconfigur|no mdb\b|transaction failed",
            r"try (?:again )?later|temporar\w{1,4} (?:deferred|rejected)",
        ),
    ),
)


@cache
def clear_words() -> Phrases:
    """Phrases stronger than the enhanced code. Compiled when first asked for: a first screen must not wait for it."""
    return _compiled(_CLEAR)


@cache
def vague_words() -> Phrases:
    """Phrases asked only when the enhanced code says nothing."""
    return _compiled(_VAGUE)


def _compiled(words: _Words) -> Phrases:
    return tuple((reason, re.compile("|".join(patterns))) for reason, patterns in words)
