-- Client Access Management (XEP-0494) for tests, on Prosody 13: lists what has access to an account, and ends access.
-- A client is known by the id of its user agent (XEP-0388 §2.2); a session without one is listed while it lasts.
-- POST /grant { user, software } gives a token, as an OAuth server would give one to an application; served under a
-- secret path of the configuration (http_paths), on loopback.

local datetime = require "prosody.util.datetime".datetime;
local json = require "prosody.util.json";
local sha256 = require "prosody.util.hashes".sha256;
local st = require "prosody.util.stanza";
local usermanager = require "prosody.core.usermanager";

local fast, tokenauth = module:depends "sasl2_fast", module:depends "tokenauth";
module:depends "http";

local xmlns = "urn:xmpp:cam:0";
-- For each account, by id: client_id, first_seen, last_seen, user_agent; password_at, when it last presented the
-- password, or set it; grant, the one that it last signed in with.
local clients = module:open_store("xeps_clients", "keyval+");

local function id_of(text)
	return sha256(text, true):sub(1, 24);
end

local function sessions_of(username)
	local user = prosody.hosts[module.host].sessions[username];
	return user and user.sessions or {};
end

-- Changes what is stored of a client; one that is not there is left out, or begins as `new`.
local function update(username, client_id, new, change)
	local id = id_of(client_id);
	local client = clients:get_key(username, id) or new;
	if not client then return; end
	change(client);
	clients:set_key(username, id, client);
end

-- After the session was authenticated (1000), before another one may take it over by resuming (110).
module:hook("sasl2/c2s/success", function (event)
	local session, now = event.session, os.time();
	local handler = session.sasl_handler;
	if not session.client_id then return; end
	update(session.username, session.client_id, { client_id = session.client_id; first_seen = now }, function (client)
		client.last_seen = now;
		-- With a token, a client need not say again what it is.
		if next(handler.user_agent or {}) then client.user_agent = handler.user_agent; end
		if handler.token_info then
			client.grant = handler.token_info.grant.id;
		elseif not handler.fast then
			client.password_at = now;
		end
	end);
end, 900);

module:hook_global("c2s-session-updated", function (event)
	event.session.client_id = event.from_session.client_id or event.session.client_id;
end);

module:hook("resource-unbind", function (event)
	local session = event.session;
	if not session.client_id then return; end
	update(session.username, session.client_id, nil, function (client) client.last_seen = os.time(); end);
end);

-- Who changes the password knows the new one; it keeps its session, the others lose theirs.
module:hook_global("user-password-changed", function (event)
	local session = event.host == module.host and sessions_of(event.username)[event.resource];
	if not session then return; end
	session.password_at = os.time();
	if not session.client_id then return; end
	update(event.username, session.client_id, nil, function (client) client.password_at = session.password_at; end);
end);

-- By which means a client can get in now.
local function access_of(username, client)
	local account = usermanager.get_account_info(username, module.host);
	local changed = account and account.password_updated or 0;
	return {
		password = client.password_at ~= nil and client.password_at >= changed;
		grant = client.grant ~= nil and tokenauth.get_grant_info(username, client.grant) ~= nil;
		fast = client.client_id ~= nil and fast.is_client_fast(username, client.client_id, changed);
	};
end

-- All that has access to an account, by id. What has lost its access, and has no session, is forgotten.
local function all_clients(username)
	local all, claimed = clients:get(username) or {}, {};
	for _, client in pairs(all) do client.sessions = {}; end
	for _, session in pairs(sessions_of(username)) do
		local id, since = id_of(session.client_id or session.full_jid), math.floor(session.conntime);
		all[id] = all[id] or { first_seen = since; password_at = session.password_at or since; sessions = {} };
		all[id].last_seen = os.time();
		table.insert(all[id].sessions, session);
	end
	for id, client in pairs(all) do
		local access = access_of(username, client);
		client.access, client.type = access, "session";
		if access.grant then claimed[client.grant] = true; end
		if not (access.password or access.grant or access.fast or client.sessions[1]) then
			all[id] = nil;
			clients:set_key(username, id, nil);
		end
	end
	for grant_id, grant in pairs(tokenauth.get_user_grants(username) or {}) do
		if not claimed[grant_id] then
			all[id_of(grant_id)] = {
				type = "access"; first_seen = grant.created; last_seen = grant.accessed; grant = grant_id;
				access = { grant = true }; sessions = {}; user_agent = grant.data;
			};
		end
	end
	return all;
end

-- Both events are for the account itself: nobody else's requests come here.
module:hook("iq-get/self/"..xmlns..":list", function (event)
	local reply = st.reply(event.stanza):tag("clients", { xmlns = xmlns });
	for id, client in pairs(all_clients(event.origin.username)) do
		reply:tag("client", { id = id; type = client.type; connected = tostring(client.sessions[1] ~= nil) });
		reply:text_tag("first-seen", datetime(client.first_seen));
		reply:text_tag("last-seen", datetime(client.last_seen));
		reply:tag("auth");
		for _, way in ipairs { "password", "grant", "fast" } do
			if client.access[way] then reply:tag(way):up(); end
		end
		reply:up():tag("permission", { status = "unrestricted" }):up();
		if client.user_agent then
			reply:tag("user-agent");
			for _, name in ipairs { "software", "device" } do
				if client.user_agent[name] then reply:text_tag(name, client.user_agent[name]); end
			end
			reply:up();
		end
		reply:up();
	end
	event.origin.send(reply);
	return true;
end);

module:hook("iq-set/self/"..xmlns..":revoke", function (event)
	local origin, stanza = event.origin, event.stanza;
	local username, id = origin.username, stanza.tags[1].attr.id;
	local client = all_clients(username)[id or ""];
	if not client then
		origin.send(st.error_reply(stanza, "cancel", "item-not-found", "No such client"));
		return true;
	end
	if client.access.password then
		origin.send(st.error_reply(stanza, "cancel", "service-unavailable", "The client knows the password")
			:tag("password-reset-required", { xmlns = xmlns }));
		return true;
	end
	if client.grant then tokenauth.revoke_grant(username, client.grant); end
	if client.client_id then
		fast.revoke_fast_tokens(username, client.client_id);
		clients:set_key(username, id, nil);
	end
	-- Before the sessions end: one of them may be the one that asks.
	origin.send(st.reply(stanza));
	for _, session in ipairs(client.sessions) do
		session:close({ condition = "not-authorized"; text = "Access was revoked" });
	end
	return true;
end);

module:add_feature(xmlns);
module:hook("account-disco-info", function (event)
	event.reply:tag("feature", { var = xmlns }):up();
end);

module:provides("http", {
	route = {
		["POST /grant"] = function (event)
			local body = json.decode(event.request.body or "");
			if type(body) ~= "table" or type(body.user) ~= "string" then return 400; end
			local jid = body.user.."@"..module.host;
			local grant = tokenauth.create_grant(jid, jid, 3600, { software = body.software });
			return grant and tokenauth.create_token(jid, grant, nil, 3600, "oauth2") or 500;
		end;
	};
});
