-- What each of the programs here prints, in LuaJIT: luajit show.lua LIBRARY FILE

local ffi = require "ffi"
local tarray = require "tarray"

ffi.cdef [[
typedef struct st_file st_file;
ta_status st_open(const char *path, st_file **out, ta_error *err);
void st_close(st_file *file);
size_t st_count(const st_file *file);
const char *st_name(const st_file *file, size_t index);
const void *st_base(const st_file *file);
ta_status st_tensor(st_file *file, const char *name, const ta_options *options, ta_tensor **out, ta_error *err);
]]

local safetensors = {}

-- Opens a file with the example's library: `tensor(name)`, `names()`, `base()`.
function safetensors.open(library, path)
    local st = ffi.load(library)
    local out, err = ffi.new "st_file *[1]", ffi.new("ta_error", { ffi.sizeof "ta_error" })
    assert(st.st_open(path, out, err) == 0, ffi.string(err.message))
    local file = ffi.gc(out[0], st.st_close)
    return {
        base = function() return st.st_base(file) end,
        names = function()
            local names = {}
            for k = 0, tonumber(st.st_count(file)) - 1 do
                names[k + 1] = ffi.string(st.st_name(file, k))
            end
            return names
        end,
        tensor = function(name)
            local handle = ffi.new "ta_tensor *[1]"
            assert(st.st_tensor(file, name, nil, handle, err) == 0, ffi.string(err.message))
            return tarray.adopt(handle[0])
        end,
    }
end

local function offset(tensor, file)
    return tonumber(ffi.cast("const char *", tensor:info().data) - ffi.cast("const char *", file.base()))
end

-- Required by another program it only opens files.
if (...) ~= "show" then
    local file = safetensors.open(arg[1], arg[2])
    for _, name in ipairs(file.names()) do
        local tensor, again = file.tensor(name), file.tensor(name)
        local shared = tensor:provenance().aliased and tensor:info().data == again:info().data
        print(("%s: %s at %d, %s, %s"):format(name, tensor:dtype(), offset(tensor, file),
            shared and "shared" or "copied", tensor:is_read_only() and "read-only" or "writable"))
        print(tensor)
    end
end

return safetensors
