-- Prosody for tests: everything on loopback, every specification that the packages speak, no limits.
-- Places like "at name at" are filled in by src/start.ts; a line that ends in [current] or [old] is for that lane.

run_as_root = true -- only so that containers can run it; it never leaves loopback
data_path = "@dir@/data"
pidfile = "@dir@/prosody.pid"
plugin_paths = { "@modules@" }
log = { { levels = { min = "@logLevel@" }, to = "console", timestamps = true } }
network_backend = "epoll"
network_settings = { nagle = false } -- otherwise each TLS handshake waits 40 ms for a delayed acknowledgement
admins = { "admin@@domain@" }

interfaces = { "@host@" }
local_interfaces = { "@host@" }
c2s_ports = { @c2s@ }
c2s_direct_tls_ports = { @c2sTls@ }
http_ports = { @http@ }
https_ports = { @https@ }
component_ports = { @component@ }
proxy65_ports = { @proxy65@ }
http_interfaces = { "@host@" }
https_interfaces = { "@host@" }
component_interfaces = { "@host@" }
proxy65_interfaces = { "@host@" }

ssl = { certificate = "@certificate@", key = "@key@" }
https_ssl = { certificate = "@certificate@", key = "@key@" }
c2s_direct_tls_ssl = { certificate = "@certificate@", key = "@key@" }
c2s_require_encryption = true
tls_server_end_point_hash = "auto" -- [current]

modules_enabled = {
	-- RFC 6120, RFC 6121
	"roster", "saslauth", "tls", "presence", "message", "iq", "offline", "c2s",
	"disco", "time", "version", "ping", "lastactivity", "uptime",
	"smacks", "carbons", "mam", "csi", "csi_simple", "blocklist",
	"pep", "bookmarks", "vcard4", "vcard_legacy", "private",
	"register_ibr", "user_account_management", "tokenauth",
	"adhoc", "invites", "invites_adhoc", "invites_register",
	"server_contact_info", "external_services", "turn_external", "cloud_notify",
	"http", "bosh", "websocket", "xeps_accounts",
	"sasl2", "sasl2_bind2", "sasl2_fast", "sasl2_sm", "sasl_ssdp", -- on 0.12 every TLS stream hangs with these [current]
	"http_altconnect", "account_activity", "xeps_client_access", -- [current]
}
-- No other server can be reached: remote addresses fail at once instead of after a DNS timeout.
modules_disabled = { "s2s", "s2s_auth_certs", "admin_shell" }

authentication = "internal_hashed"
password_hash = "@scram@"
storage = "internal"
storage_archive_item_limit = 10000000

allow_registration = true
registration_invite_only = false
c2s_stanza_size_limit = 10 * 1024 * 1024
c2s_timeout = 600

smacks_hibernation_time = 600
smacks_max_queue_size = 100000
smacks_max_old_sessions = 100

default_archive_policy = true -- always
max_archive_query_results = 250
archive_expires_after = "never"
muc_log_expires_after = "never"
dont_archive_namespaces = {}

http_default_host = "@domain@"
http_paths = { xeps_accounts = "/@secret@"; xeps_client_access = "/@secret@/clients"; file_share = "/upload" }
http_max_content_size = 32 * 1024 * 1024
consider_websocket_secure = true
consider_bosh_secure = true
cross_domain_websocket = true
cross_domain_bosh = true
websocket_frame_buffer_limit = 20 * 1024 * 1024
websocket_frame_fragment_limit = 100000

contact_info = {
	admin = { "xmpp:admin@@domain@" };
	abuse = { "xmpp:admin@@domain@" };
	support = { "xmpp:admin@@domain@" };
}
-- Announced so that clients can ask for credentials (XEP-0215); nothing listens there.
turn_external_host = "turn.@domain@"
turn_external_port = 3478
turn_external_secret = "@secret@"

VirtualHost "@domain@"
	http_host = "@domain@"
	http_external_url = "http://@domain@:@http@/"
	disco_items = {
		{ "@mucHost@", "rooms" };
		{ "@uploadHost@", "uploads" };
		{ "@pubsubHost@", "publish-subscribe" };
		{ "@proxy65Host@", "bytestreams" };
	}

Component "@mucHost@" "muc"
	name = "Rooms"
	restrict_room_creation = false
	muc_log_by_default = true
	max_history_messages = 1000
	muc_room_default_history_length = 20
	modules_enabled = {
		"muc_mam", "muc_moderation",
		"vcard_muc", -- [old]
	}

Component "@pubsubHost@" "pubsub"
	name = "Publish-subscribe"
	autocreate_on_publish = true
	autocreate_on_subscribe = true
	add_permissions = { ["prosody:registered"] = { "pubsub:create-node" } } -- [current]
	default_admin_affiliation = "owner"
	unrestricted_node_creation = true -- [old]

Component "@uploadHost@" "http_file_share"
	name = "Uploads"
	http_host = "@domain@"
	http_external_url = "@uploadBase@/"
	http_file_share_size_limit = 10 * 1024 * 1024
	http_file_share_daily_quota = 10 * 1024 * 1024 * 1024
	http_file_share_expires_after = 60 * 60 * 24 * 365

Component "@proxy65Host@" "proxy65"
	proxy65_address = "@host@"
	proxy65_acl = { "@domain@" }

Component "@componentHost@"
	component_secret = "@componentSecret@"
