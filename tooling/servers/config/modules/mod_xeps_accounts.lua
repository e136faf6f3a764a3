-- Accounts over HTTP for tests: POST /status, /register { user, password }, /unregister { user }.
-- Served under a secret path of the configuration (http_paths), on loopback.

local function load(name)
	local found, library = pcall(require, "prosody." .. name); -- Prosody 13
	return found and library or require(name); -- Prosody 0.12
end

local json, usermanager = load "util.json", load "core.usermanager";
local nodeprep = load "util.encodings".stringprep.nodeprep;

module:depends "http";

local function request(handler)
	return function (event)
		local body = json.decode(event.request.body or "");
		if type(body) ~= "table" then return 400; end
		local user = type(body.user) == "string" and nodeprep(body.user);
		if not user or user == "" then
			event.response.status_code = 400;
			return "not a valid user name";
		end
		local ok, err, status = handler(user, body);
		event.response.status_code = ok and 200 or status or 500;
		return ok and "done" or tostring(err);
	end
end

local function register(user, body)
	if type(body.password) ~= "string" then return nil, "no password", 400; end
	if usermanager.user_exists(user, module.host) then return nil, "user exists", 409; end
	return usermanager.create_user(user, body.password, module.host);
end

local function unregister(user)
	if not usermanager.user_exists(user, module.host) then return true; end -- as ejabberd answers
	return usermanager.delete_user(user, module.host);
end

module:provides("http", {
	route = {
		["POST /status"] = function () return prosody.version; end;
		["POST /register"] = request(register);
		["POST /unregister"] = request(unregister);
	};
});
