-- The table of cases that every binding runs (tests/cases).

local ffi = require "ffi"
local tarray = require "tarray"

local cases = {}

local FEWEST = 256

local function lines_of(path)
    local rows, columns = {}, nil
    for line in assert(io.open(path)):lines() do
        local fields = {}
        for field in (line .. "\t"):gmatch "([^\t]*)\t" do
            fields[#fields + 1] = field
        end
        if columns then
            local row = {}
            for at, column in ipairs(columns) do
                row[column] = fields[at] ~= "-" and fields[at] or ""
            end
            rows[#rows + 1] = row
        end
        columns = columns or fields
    end
    return rows
end

local function bytes_of(hex)
    return (hex:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

local function integers_of(list)
    local out = {}
    for number in list:gmatch "-?%d+" do
        out[#out + 1] = tonumber(number)
    end
    return list ~= "" and out or nil
end

-- Without tonumber's rounding, and with its limits.
local function integer_of(digits)
    local made = loadstring("return " .. digits .. "LL")()
    if digits:sub(1, 1) ~= "-" and made < 0 then
        made = loadstring("return " .. digits .. "ULL")()
    end
    return made
end

local REAL = { inf = 1 / 0, ["-inf"] = -1 / 0, nan = 0 / 0 }

-- The number at the beginning of a text, and the rest.
local function number_at(text)
    local real, imaginary, rest = text:match "^%(([^,]*),([^)]*)%)(.*)$"
    if real then
        return ffi.new("complex", tonumber(real), tonumber(imaginary)), rest
    end
    local word
    word, rest = text:match "^([^,%]]*)(.*)$"
    if word == "true" or word == "false" then
        return word == "true", rest
    elseif REAL[word] then
        return REAL[word], rest
    elseif word:find "[.e]" then
        return tonumber(word), rest
    end
    return integer_of(word), rest
end

local function value_at(text)
    if text:sub(1, 1) ~= "[" then
        return number_at(text)
    end
    local items, rest = {}, text:sub(2)
    while rest:sub(1, 1) ~= "]" do
        items[#items + 1], rest = value_at((rest:gsub("^, ", "")))
    end
    return items, rest:sub(2)
end

local READ = {
    copy = function(text) return text == "always" end,
    requires_grad = function(text) return text == "yes" or text end,
    accept = function(text)
        local kinds = {}
        for kind in text:gmatch "[^,]+" do
            kinds[#kinds + 1] = kind
        end
        return kinds
    end,
}

local function request_of(text)
    local request = {}
    for word in text:gmatch "%S+" do
        local key, value = word:match "^([^=]*)=?(.*)$"
        request[key] = READ[key] and READ[key](value) or not READ[key] and (value ~= "" and value or true) or false
    end
    return request
end

local ELEMENT = {
    bool = "bool", int8 = "int8_t", int16 = "int16_t", int32 = "int32_t", int64 = "int64_t",
    uint8 = "uint8_t", uint16 = "uint16_t", uint32 = "uint32_t", uint64 = "uint64_t",
    float32 = "float", float64 = "double", complex64 = "complex float", complex128 = "complex",
}

-- An array of LuaJIT's over a copy of the bytes.
local function array_of(dtype, shape, text)
    local extents = ""
    for _, extent in ipairs(shape) do
        extents = extents .. ("[%d]"):format(extent)
    end
    local array = ffi.new(ELEMENT[dtype] .. extents)
    ffi.copy(array, text, #text)
    return array
end

local function block_of(text)
    local block = ffi.new("uint8_t[?]", #text + 1)
    ffi.copy(block, text, #text)
    return block
end

local GIVEN = {}

local function number(row)
    return (value_at(row.value))
end
GIVEN.scalar, GIVEN.complex, GIVEN.list, GIVEN.complex_list = number, number, number, number

function GIVEN.array(row, text)
    local array = array_of(row.source_dtype, integers_of(row.source_shape), text)
    return array, array
end

-- Bytes of Lua's are strings, which nobody may write; others are described as memory.
function GIVEN.buffer(row, text)
    return text, ffi.cast("const char *", text)
end

function GIVEN.typed_scalar(row, text)
    return ffi.new(ELEMENT[row.source_dtype], array_of(row.source_dtype, { 1 }, text)[0])
end

function GIVEN.rows(row, text)
    local shape, rows = integers_of(row.source_shape), {}
    local bytes = #text / shape[1]
    for k = 1, shape[1] do
        rows[k] = array_of(row.source_dtype, { shape[2] }, text:sub((k - 1) * bytes + 1, k * bytes))
    end
    return rows
end

function GIVEN.strided(row, text)
    local block = block_of(text)
    return tarray.memory {
        data = block, dtype = row.source_dtype, shape = integers_of(row.source_shape),
        strides_bytes = integers_of(row.strides), byte_offset = tonumber(row.start),
        read_only = row.traits == "read_only", byte_swapped = row.traits == "swapped",
    }, block
end

function GIVEN.tensor(row, text)
    local described, block = GIVEN.strided(row, text)
    return tarray.asarray(described), block
end

local function lent(legacy)
    return function(row, text)
        local tensor, block = GIVEN.tensor(row, text)
        local fine, loan = pcall(tensor.to_dlpack, tensor, { legacy = legacy })
        tensor:release()
        if not fine then
            error(loan, 0)
        end
        return loan, block
    end
end
GIVEN.dlpack, GIVEN.dlpack_legacy = lent(false), lent(true)

-- What LuaJIT has not: big integers, floats of 16 bits, and strings that may be written.
local function is_possible(row)
    if row.kind == "big" then
        return false
    elseif row.kind == "array" then
        return ELEMENT[row.source_dtype] ~= nil
    elseif row.kind == "typed_scalar" then
        return ELEMENT[row.source_dtype] ~= nil
    elseif row.kind == "buffer" then
        return row.traits == "read_only" or row.aliased ~= "1"
    end
    return true
end

local function expect(condition, what)
    if not condition then
        error(what, 0)
    end
end

local function address(pointer)
    return tonumber(ffi.cast("intptr_t", ffi.cast("const void *", pointer)))
end

local function right(row, tensor, block, size)
    expect(tensor:dtype() == row.dtype, "dtype " .. tensor:dtype())
    expect(table.concat(tensor:shape(), ",") == row.shape:sub(2, -2), "shape")
    expect(tensor:bytes() == bytes_of(row.data), "data")
    for flag, holds in pairs {
        read_only = tensor:is_read_only(), contiguous = tensor:is_contiguous(), requires_grad = tensor:requires_grad(),
    } do
        expect(holds == ((" " .. row.flags .. " "):find(" " .. flag .. " ", 1, true) ~= nil), flag)
    end
    local provenance = tensor:provenance()
    expect(provenance.origin == row.origin, "origin " .. provenance.origin)
    expect(provenance.aliased == (row.aliased == "1"), "aliased")
    expect((provenance.reason or "") == row.reason, "reason " .. tostring(provenance.reason))
    if block and tensor:numel() > 0 then
        local at = address(tensor:info().data) - address(block)
        expect(provenance.aliased and at == tonumber(row.start) or not provenance.aliased and (at < 0 or at >= size),
            "where the elements are")
    end
end

local function run(row)
    local text = bytes_of(row.value)
    local value, block
    local fine, result = pcall(function()
        value, block = GIVEN[row.kind](row, text)
        return tarray.asarray(value, request_of(row.request))
    end)
    if fine then
        expect(row.status == "TA_OK", "succeeded")
        right(row, result, block, #text)
        result:release()
    else
        expect(tarray.is_error(result), tostring(result))
        expect(result.status == row.status, tostring(result))
        expect(result.message:find(row.says, 1, true), result.message)
    end
    if row.kind == "tensor" then
        value:release()
    elseif not fine and row.kind:find "^dlpack" and value then
        tarray.finish(value)
    end
    expect(tarray.live_tensors() == 0, "leaves a tensor alive")
    expect(tarray.held() == 0, "keeps a value alive")
end

-- Runs the table; raises what does not hold.
function cases.run(path)
    local ran, failed, rows = 0, {}, lines_of(path)
    for _, row in ipairs(rows) do
        if is_possible(row) then
            local fine, what = pcall(run, row)
            ran = ran + 1
            if not fine then
                failed[#failed + 1] = row.name .. ": " .. tostring(what)
            end
        end
    end
    print(("%d of %d cases ran"):format(ran, #rows))
    expect(#failed == 0, table.concat(failed, "\n"))
    expect(ran >= FEWEST, "too few")
end

return cases
