BEGIN TRANSACTION;
CREATE TABLE account (
	id INTEGER NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	email VARCHAR(320) NOT NULL, 
	user VARCHAR(320) NOT NULL, 
	secret VARCHAR NOT NULL, 
	smtp_host VARCHAR(255) NOT NULL, 
	smtp_port INTEGER NOT NULL, 
	smtp_security VARCHAR(32) NOT NULL, 
	imap_host VARCHAR(255) NOT NULL, 
	imap_port INTEGER NOT NULL, 
	imap_security VARCHAR(32) NOT NULL, 
	pop3_host VARCHAR(255) NOT NULL, 
	pop3_port INTEGER NOT NULL, 
	pop3_security VARCHAR(32) NOT NULL, 
	leave_days INTEGER, 
	ca_file VARCHAR NOT NULL, 
	folder VARCHAR(255) NOT NULL, 
	poll_seconds INTEGER NOT NULL, 
	default_kind VARCHAR NOT NULL, 
	brand_id INTEGER, 
	active BOOLEAN NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	sentence VARCHAR NOT NULL, 
	failures INTEGER NOT NULL, 
	last_success_at DATETIME, 
	retry_at DATETIME, 
	send_state VARCHAR(32) NOT NULL, 
	send_sentence VARCHAR NOT NULL, 
	send_failures INTEGER NOT NULL, 
	send_success_at DATETIME, 
	send_retry_at DATETIME, 
	CONSTRAINT pk_account PRIMARY KEY (id), 
	CONSTRAINT fk_account_brand_id FOREIGN KEY(brand_id) REFERENCES brand (id), 
	CONSTRAINT uq_account_name UNIQUE (name)
);
CREATE TABLE agent (
	id INTEGER NOT NULL, 
	login VARCHAR(64) NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	email VARCHAR(320) NOT NULL, 
	channel VARCHAR(32) NOT NULL, 
	active BOOLEAN NOT NULL, 
	CONSTRAINT pk_agent PRIMARY KEY (id), 
	CONSTRAINT uq_agent_login UNIQUE (login)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE alias (
	id INTEGER NOT NULL, 
	local_part VARCHAR(64) NOT NULL, 
	domain_id INTEGER NOT NULL, 
	creates VARCHAR NOT NULL, 
	brand_id INTEGER, 
	policy VARCHAR(16) NOT NULL, 
	any_domain BOOLEAN NOT NULL, 
	CONSTRAINT pk_alias PRIMARY KEY (id), 
	CONSTRAINT fk_alias_brand_id FOREIGN KEY(brand_id) REFERENCES brand (id), 
	CONSTRAINT fk_alias_creates FOREIGN KEY(creates) REFERENCES kind (name), 
	CONSTRAINT fk_alias_domain_id FOREIGN KEY(domain_id) REFERENCES domain (id), 
	CONSTRAINT uq_alias_local_part_domain_id UNIQUE (local_part, domain_id)
);
CREATE TABLE attachment (
	id INTEGER NOT NULL, 
	message_id INTEGER NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	media_type VARCHAR(120) NOT NULL, 
	size_bytes INTEGER NOT NULL, 
	path VARCHAR NOT NULL, 
	content BLOB, 
	CONSTRAINT pk_attachment PRIMARY KEY (id), 
	CONSTRAINT fk_attachment_message_id FOREIGN KEY(message_id) REFERENCES message (id)
);
CREATE TABLE attempt (
	id INTEGER NOT NULL, 
	delivery_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	outcome VARCHAR(16) NOT NULL, 
	phase VARCHAR(16) NOT NULL, 
	code INTEGER, 
	text VARCHAR NOT NULL, 
	CONSTRAINT pk_attempt PRIMARY KEY (id), 
	CONSTRAINT fk_attempt_delivery_id FOREIGN KEY(delivery_id) REFERENCES delivery (id)
);
CREATE TABLE brand (
	id INTEGER NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	signature VARCHAR NOT NULL, 
	is_default BOOLEAN NOT NULL, 
	CONSTRAINT pk_brand PRIMARY KEY (id), 
	CONSTRAINT uq_brand_name UNIQUE (name)
);
CREATE TABLE change_log (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	record_id INTEGER, 
	topic VARCHAR(16) NOT NULL, 
	at DATETIME NOT NULL
);
CREATE TABLE contact (
	id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	email VARCHAR(320) NOT NULL, 
	undeliverable VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_contact PRIMARY KEY (id), 
	CONSTRAINT uq_contact_email UNIQUE (email)
);
INSERT INTO "contact" VALUES(1,'Anna Muster','anna@example.org','','2026-11-02 09:30:00.000000');
CREATE TABLE delivery (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	message_id INTEGER NOT NULL, 
	record_id INTEGER NOT NULL, 
	recipient VARCHAR(320) NOT NULL, 
	name VARCHAR NOT NULL, 
	channel VARCHAR(32) NOT NULL, 
	why VARCHAR(32) NOT NULL, 
	agent_id INTEGER, 
	contact_id INTEGER, 
	account_id INTEGER, 
	lane INTEGER NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	ready_at DATETIME NOT NULL, 
	first_try_at DATETIME, 
	attempts INTEGER NOT NULL, 
	fence INTEGER NOT NULL, 
	lease_until DATETIME, 
	holder VARCHAR(64) NOT NULL, 
	envelope_from VARCHAR NOT NULL, 
	reply_to VARCHAR NOT NULL, 
	reason VARCHAR(32), 
	sentence VARCHAR NOT NULL, 
	server_text VARCHAR NOT NULL, 
	read_at DATETIME, 
	wire BLOB, 
	CONSTRAINT fk_delivery_account_id FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_delivery_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id), 
	CONSTRAINT fk_delivery_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id), 
	CONSTRAINT fk_delivery_message_id FOREIGN KEY(message_id) REFERENCES message (id), 
	CONSTRAINT fk_delivery_record_id FOREIGN KEY(record_id) REFERENCES record (id), 
	CONSTRAINT uq_delivery_message_id_recipient_channel UNIQUE (message_id, recipient, channel)
);
CREATE TABLE domain (
	id INTEGER NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	brand_id INTEGER, 
	catchall VARCHAR NOT NULL, 
	bounce VARCHAR NOT NULL, 
	sequence INTEGER NOT NULL, 
	CONSTRAINT pk_domain PRIMARY KEY (id), 
	CONSTRAINT fk_domain_brand_id FOREIGN KEY(brand_id) REFERENCES brand (id), 
	CONSTRAINT uq_domain_name UNIQUE (name)
);
CREATE TABLE draft (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	record_id INTEGER NOT NULL, 
	agent_id INTEGER NOT NULL, 
	mode VARCHAR(8) NOT NULL, 
	subject VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	to_line JSON, 
	base INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	saved_at DATETIME NOT NULL, 
	CONSTRAINT fk_draft_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id), 
	CONSTRAINT fk_draft_record_id FOREIGN KEY(record_id) REFERENCES record (id), 
	CONSTRAINT uq_draft_record_id_agent_id_mode UNIQUE (record_id, agent_id, mode)
);
CREATE TABLE folder_cursor (
	account_id INTEGER NOT NULL, 
	folder VARCHAR(255) NOT NULL, 
	uidvalidity BIGINT NOT NULL, 
	last_uid BIGINT NOT NULL, 
	CONSTRAINT pk_folder_cursor PRIMARY KEY (account_id, folder), 
	CONSTRAINT fk_folder_cursor_account_id FOREIGN KEY(account_id) REFERENCES account (id)
);
CREATE TABLE following (
	id INTEGER NOT NULL, 
	record_id INTEGER NOT NULL, 
	agent_id INTEGER, 
	contact_id INTEGER, 
	CONSTRAINT pk_following PRIMARY KEY (id), 
	CONSTRAINT fk_following_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id), 
	CONSTRAINT fk_following_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id), 
	CONSTRAINT fk_following_record_id FOREIGN KEY(record_id) REFERENCES record (id), 
	CONSTRAINT uq_following_record_id_agent_id UNIQUE (record_id, agent_id), 
	CONSTRAINT uq_following_record_id_contact_id UNIQUE (record_id, contact_id)
);
CREATE TABLE kind (
	name VARCHAR(32) NOT NULL, 
	letter VARCHAR(2) NOT NULL, 
	stages JSON NOT NULL, 
	has_amount BOOLEAN NOT NULL, 
	CONSTRAINT pk_kind PRIMARY KEY (name)
);
INSERT INTO "kind" VALUES('ticket','T','["new", "done"]',0);
CREATE TABLE lease (
	name VARCHAR(64) NOT NULL, 
	holder VARCHAR(64) NOT NULL, 
	fence INTEGER NOT NULL, 
	until DATETIME NOT NULL, 
	CONSTRAINT pk_lease PRIMARY KEY (name)
);
CREATE TABLE message (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	record_id INTEGER NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	direction VARCHAR(32) NOT NULL, 
	mail_class VARCHAR(32) NOT NULL, 
	author_agent_id INTEGER, 
	author_contact_id INTEGER, 
	author_name VARCHAR NOT NULL, 
	author_address VARCHAR NOT NULL, 
	verified BOOLEAN NOT NULL, 
	subject VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	new_text VARCHAR NOT NULL, 
	to_line JSON NOT NULL, 
	cc_line JSON NOT NULL, 
	message_id VARCHAR NOT NULL, 
	relay_id VARCHAR NOT NULL, 
	in_reply_to VARCHAR NOT NULL, 
	refs JSON NOT NULL, 
	sender VARCHAR NOT NULL, 
	account_id INTEGER, 
	raw_id INTEGER, 
	tried JSON NOT NULL, 
	warnings JSON NOT NULL, 
	sent_at DATETIME, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT fk_message_account_id FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_message_author_agent_id FOREIGN KEY(author_agent_id) REFERENCES agent (id), 
	CONSTRAINT fk_message_author_contact_id FOREIGN KEY(author_contact_id) REFERENCES contact (id), 
	CONSTRAINT fk_message_raw_id FOREIGN KEY(raw_id) REFERENCES raw_mail (id), 
	CONSTRAINT fk_message_record_id FOREIGN KEY(record_id) REFERENCES record (id)
);
INSERT INTO "message" VALUES(1,1,'email','in','human',NULL,1,'Anna Muster','anna@example.org',0,'Kaffeemaschine läuft aus','Guten Tag,
es gab einen Wasserschaden.
','','[]','[]','<1@example.org>','','','[]','',NULL,NULL,'[]','[]',NULL,'2026-11-02 09:30:00.000000');
CREATE TABLE pop_seen (
	account_id INTEGER NOT NULL, 
	uidl VARCHAR(70) NOT NULL, 
	raw_id INTEGER NOT NULL, 
	seen_at DATETIME NOT NULL, 
	whole BOOLEAN NOT NULL, 
	deleted BOOLEAN NOT NULL, 
	CONSTRAINT pk_pop_seen PRIMARY KEY (account_id, uidl), 
	CONSTRAINT fk_pop_seen_account_id FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_pop_seen_raw_id FOREIGN KEY(raw_id) REFERENCES raw_mail (id)
);
CREATE TABLE presence (
	session VARCHAR(64) NOT NULL, 
	agent_id INTEGER NOT NULL, 
	record_id INTEGER, 
	composing BOOLEAN NOT NULL, 
	seen_at DATETIME NOT NULL, 
	CONSTRAINT pk_presence PRIMARY KEY (session), 
	CONSTRAINT fk_presence_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id), 
	CONSTRAINT fk_presence_record_id FOREIGN KEY(record_id) REFERENCES record (id)
);
CREATE TABLE raw_mail (
	id INTEGER NOT NULL, 
	account_id INTEGER, 
	folder VARCHAR NOT NULL, 
	uidvalidity BIGINT NOT NULL, 
	uid BIGINT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	size_bytes INTEGER NOT NULL, 
	envelope_from VARCHAR, 
	envelope_to JSON NOT NULL, 
	received_at DATETIME NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	attempts INTEGER NOT NULL, 
	reason VARCHAR NOT NULL, 
	sender VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	tried JSON NOT NULL, 
	content BLOB NOT NULL, 
	CONSTRAINT pk_raw_mail PRIMARY KEY (id), 
	CONSTRAINT fk_raw_mail_account_id FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT uq_raw_mail_account_id_sha256 UNIQUE (account_id, sha256)
);
CREATE TABLE record (
	id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	title VARCHAR NOT NULL, 
	stage VARCHAR(40) NOT NULL, 
	need VARCHAR(32) NOT NULL, 
	need_since DATETIME NOT NULL, 
	need_reason VARCHAR(60) NOT NULL, 
	position BIGINT NOT NULL, 
	assignee_id INTEGER, 
	contact_id INTEGER, 
	brand_id INTEGER, 
	priority INTEGER NOT NULL, 
	amount_cents BIGINT, 
	currency VARCHAR(3) NOT NULL, 
	tags JSON NOT NULL, 
	preview VARCHAR(200) NOT NULL, 
	revision INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_record PRIMARY KEY (id), 
	CONSTRAINT fk_record_assignee_id FOREIGN KEY(assignee_id) REFERENCES agent (id), 
	CONSTRAINT fk_record_brand_id FOREIGN KEY(brand_id) REFERENCES brand (id), 
	CONSTRAINT fk_record_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id), 
	CONSTRAINT fk_record_kind FOREIGN KEY(kind) REFERENCES kind (name), 
	CONSTRAINT uq_record_number UNIQUE (number)
);
INSERT INTO "record" VALUES(1,'ticket',1001,'Kaffeemaschine läuft aus','new','needs_us','2026-11-02 09:30:00.000000','',1,NULL,1,NULL,0,NULL,'','[]','',0,'2026-11-02 09:30:00.000000');
CREATE TABLE sending_address (
	id INTEGER NOT NULL, 
	email VARCHAR(320) NOT NULL, 
	display_name VARCHAR(120) NOT NULL, 
	account_id INTEGER NOT NULL, 
	agent_id INTEGER, 
	brand_id INTEGER, 
	sequence INTEGER NOT NULL, 
	active BOOLEAN NOT NULL, 
	CONSTRAINT pk_sending_address PRIMARY KEY (id), 
	CONSTRAINT fk_sending_address_account_id FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_sending_address_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id), 
	CONSTRAINT fk_sending_address_brand_id FOREIGN KEY(brand_id) REFERENCES brand (id)
);
CREATE TABLE setting (
	"key" VARCHAR(64) NOT NULL, 
	value VARCHAR NOT NULL, 
	CONSTRAINT pk_setting PRIMARY KEY ("key")
);
CREATE TABLE undo_step (
	id INTEGER NOT NULL, 
	agent_id INTEGER NOT NULL, 
	record_id INTEGER, 
	verb VARCHAR(24) NOT NULL, 
	"before" JSON NOT NULL, 
	at DATETIME NOT NULL, 
	undone BOOLEAN NOT NULL, 
	CONSTRAINT pk_undo_step PRIMARY KEY (id), 
	CONSTRAINT fk_undo_step_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id), 
	CONSTRAINT fk_undo_step_record_id FOREIGN KEY(record_id) REFERENCES record (id)
);
CREATE INDEX ix_agent_email ON agent (email);
CREATE INDEX ix_record_contact_id ON record (contact_id);
CREATE INDEX ix_record_mine ON record (assignee_id, position, id);
CREATE INDEX ix_record_stream ON record (position, id);
CREATE INDEX ix_following_record_id ON following (record_id);
CREATE INDEX ix_presence_record_id ON presence (record_id);
CREATE INDEX ix_raw_mail_state ON raw_mail (state, id);
CREATE INDEX ix_undo_step_agent_id ON undo_step (agent_id);
CREATE INDEX ix_message_internet_id ON message (message_id);
CREATE INDEX ix_message_relay_id ON message (relay_id);
CREATE INDEX ix_message_thread ON message (record_id, id);
CREATE INDEX ix_attachment_message_id ON attachment (message_id);
CREATE INDEX ix_delivery_due ON delivery (state, ready_at);
CREATE INDEX ix_delivery_inbox ON delivery (agent_id, channel, read_at);
CREATE INDEX ix_delivery_message_id ON delivery (message_id);
CREATE INDEX ix_delivery_order ON delivery (record_id, recipient, id);
CREATE INDEX ix_attempt_delivery_id ON attempt (delivery_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('message',1);
COMMIT;
