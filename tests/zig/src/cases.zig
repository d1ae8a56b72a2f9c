//! The table of cases, through the Zig package. In Zig the depth of a list is its type; of lists that
//! are read, the items are sources.

const std = @import("std");
const tarray = @import("tarray");
const alive = @import("alive.zig");
const c = tarray.c;
const eql = std.mem.eql;
const expect = std.testing.expect;
const expectEqual = std.testing.expectEqual;
const expectEqualSlices = std.testing.expectEqualSlices;
const expectEqualStrings = std.testing.expectEqualStrings;

const table = @embedFile("cases.tsv");
const fewest = 274;

/// One field for each column, by the column's name.
const Row = struct {
    name: []const u8,
    kind: []const u8,
    value: []const u8,
    source_dtype: []const u8,
    source_shape: []const u8,
    strides: []const u8,
    start: []const u8,
    traits: []const u8,
    request: []const u8,
    status: []const u8,
    dtype: []const u8,
    shape: []const u8,
    data: []const u8,
    flags: []const u8,
    origin: []const u8,
    aliased: []const u8,
    reason: []const u8,
    says: []const u8,

    fn of(line: []const u8) !Row {
        var row: Row = undefined;
        var fields = std.mem.splitScalar(u8, line, '\t');
        inline for (@typeInfo(Row).@"struct".field_names) |column|
            @field(row, column) = fields.next() orelse return error.TooFewFields;
        try expectEqual(null, fields.next());
        return row;
    }

    fn is(self: Row, kind: []const u8) bool {
        return eql(u8, self.kind, kind);
    }

    fn first(self: Row) !usize {
        return std.fmt.parseInt(usize, self.start, 10);
    }
};

fn has(words: []const u8, word: []const u8) bool {
    var each = std.mem.tokenizeAny(u8, words, " ,");
    while (each.next()) |one| if (eql(u8, one, word)) return true;
    return false;
}

/// The integers of `[2,3]`, none of `-`.
fn integers(arena: std.mem.Allocator, field: []const u8) ![]i64 {
    var made: std.ArrayList(i64) = .empty;
    if (eql(u8, field, "-")) return made.items;
    var each = std.mem.tokenizeAny(u8, field, "[,]");
    while (each.next()) |digits| try made.append(arena, try std.fmt.parseInt(i64, digits, 10));
    return made.items;
}

/// The bytes of a block, at an address that suits any element.
fn bytes(arena: std.mem.Allocator, field: []const u8) ![]align(16) u8 {
    const hex = if (eql(u8, field, "-")) "" else field;
    const made = try arena.alignedAlloc(u8, .@"16", hex.len / 2);
    _ = try std.fmt.hexToBytes(made, hex);
    return made;
}

fn dtypeNamed(name: []const u8) !tarray.DType {
    const bits = [_]u8{ 8, 16, 32, 64, 128 };
    for (0..c.TA_FLOAT8_E8M0FNU + 1) |code| for (bits) |width| {
        const dtype: tarray.DType = .fromRaw(.{ .code = @intCast(code), .bits = width, .lanes = 1 });
        var have: [32]u8 = undefined;
        if (eql(u8, try std.fmt.bufPrint(&have, "{f}", .{dtype}), name)) return dtype;
    };
    return error.NoSuchDType;
}

fn optionsOf(row: Row) !tarray.Options {
    var options: tarray.Options = .{};
    var words = std.mem.tokenizeScalar(u8, if (eql(u8, row.request, "-")) "" else row.request, ' ');
    while (words.next()) |word| {
        const key, const value = std.mem.cutScalar(u8, word, '=') orelse .{ word, "" };
        if (eql(u8, key, "dtype")) {
            options.dtype = try dtypeNamed(value);
        } else if (eql(u8, key, "default_dtype")) {
            options.default_dtype = try dtypeNamed(value);
        } else if (eql(u8, key, "device")) {
            options.device = if (eql(u8, value, "cpu")) .cpu else .cuda(77);
        } else if (eql(u8, key, "copy")) {
            options.copy = std.meta.stringToEnum(tarray.Copy, value).?;
        } else if (eql(u8, key, "requires_grad")) {
            options.requires_grad = std.meta.stringToEnum(tarray.Grad, value).?;
        } else if (eql(u8, key, "accept")) {
            inline for (@typeInfo(tarray.Accept).@"struct".field_names) |origin|
                if (@FieldType(tarray.Accept, origin) == bool and has(value, origin)) {
                    @field(options.accept, origin) = true;
                };
        } else if (eql(u8, key, "writable")) {
            options.writable = true;
        } else if (eql(u8, key, "contiguous")) {
            options.contiguous = true;
        } else return error.NoSuchOption;
    }
    return options;
}

/// A number of the language, before it gets a dtype.
fn numberOf(text: []const u8) !tarray.Scalar {
    if (eql(u8, text, "true") or eql(u8, text, "false")) return .{ .bool = text[0] == 't' };
    if (text[0] == '(') {
        const real, const imaginary = std.mem.cutScalar(u8, text[1 .. text.len - 1], ',').?;
        return .{ .complex = .init(
            try std.fmt.parseFloat(f64, real),
            try std.fmt.parseFloat(f64, imaginary),
        ) };
    }
    if (std.mem.findAny(u8, text, ".en") != null)
        return .{ .float = try std.fmt.parseFloat(f64, text) };
    return if (std.fmt.parseInt(i64, text, 10)) |whole|
        .{ .int = whole }
    else |_|
        .{ .uint = try std.fmt.parseInt(u64, text, 10) };
}

fn source(kind: i32, value: c.ta_source_value) c.ta_source {
    var it = std.mem.zeroes(c.ta_source);
    it.struct_size = @sizeOf(c.ta_source);
    it.kind = kind;
    it.value = value;
    return it;
}

fn sourceOf(number: tarray.Scalar) c.ta_source {
    return source(c.TA_SOURCE_SCALAR, .{ .scalar = number.raw() });
}

/// A list whose depth is known when it has been read.
const List = struct {
    items: []const c.ta_source,

    const vtable: c.ta_sequence_vtable = .{
        .struct_size = @sizeOf(c.ta_sequence_vtable),
        .len = len,
        .item = item,
        .read = null,
    };

    /// What stands up to the next `]`, which is taken from the text too.
    fn read(arena: std.mem.Allocator, text: *[]const u8) !*List {
        var items: std.ArrayList(c.ta_source) = .empty;
        while (true) {
            text.* = std.mem.trimStart(u8, text.*, ", ");
            const end = std.mem.findAny(u8, text.*, if (text.*[0] == '(') ")" else ",]").?;
            switch (text.*[0]) {
                ']' => break,
                '[' => {
                    text.* = text.*[1..];
                    const inner = try read(arena, text);
                    const sequence: c.ta_sequence = .{ .vtable = &vtable, .user_data = inner };
                    try items.append(arena, source(c.TA_SOURCE_SEQUENCE, .{ .sequence = sequence }));
                },
                else => {
                    const word = if (text.*[end] == ')') text.*[0 .. end + 1] else text.*[0..end];
                    try items.append(arena, sourceOf(try numberOf(word)));
                    text.* = text.*[word.len..];
                },
            }
        }
        text.* = text.*[1..];
        const list = try arena.create(List);
        list.items = items.items;
        return list;
    }

    fn len(user_data: ?*anyopaque, out: [*c]usize, _: ?*c.ta_error) callconv(.c) c.ta_status {
        out.* = of(user_data).items.len;
        return c.TA_OK;
    }

    fn item(user_data: ?*anyopaque, index: usize, out: ?*c.ta_source, _: ?*c.ta_error) callconv(.c) c.ta_status {
        out.?.* = of(user_data).items[index];
        return c.TA_OK;
    }

    fn of(user_data: ?*anyopaque) *const List {
        return @ptrCast(@alignCast(user_data.?));
    }
};

/// One case: what it is given, what it makes, and what went wrong.
const Case = struct {
    row: Row,
    arena: std.mem.Allocator,
    options: tarray.Options,
    block: []align(16) u8 = &.{},
    diagnostics: tarray.Diagnostics = .{},

    const NotInZig = error{NotInZig};

    fn make(self: *Case) !tarray.Tensor {
        const row = self.row;
        if (row.is("scalar") or row.is("complex")) return self.take(sourceOf(try numberOf(row.value)));
        if (row.is("big")) return error.NotInZig;
        if (row.is("list") or row.is("complex_list")) {
            var rest = row.value[1..];
            return self.take((try List.read(self.arena, &rest)).items);
        }
        self.block = try bytes(self.arena, row.value);
        if (row.is("array") or row.is("rows") or row.is("typed_scalar")) return self.typed();
        const read_only = has(row.traits, "read_only");
        if (row.is("buffer"))
            return self.take(tarray.Buffer{ .bytes = self.block, .writable = !read_only });
        const memory: tarray.Memory = .{
            .data = self.block.ptr + try row.first(),
            .shape = try integers(self.arena, row.source_shape),
            .strides_bytes = if (eql(u8, row.strides, "-")) null else try integers(self.arena, row.strides),
            .dtype = try dtypeNamed(row.source_dtype),
            .read_only = read_only,
            .byte_swapped = has(row.traits, "swapped"),
        };
        if (row.is("strided")) return self.take(memory);
        const tensor = try tarray.asarray(memory, .{}, &self.diagnostics);
        defer tensor.deinit();
        if (row.is("tensor")) return self.take(tensor);
        if (row.is("dlpack")) return self.borrow(try tensor.toDlpack(.{}, &self.diagnostics));
        return self.borrow(try tensor.toDlpackLegacy(.{}, &self.diagnostics));
    }

    fn take(self: *Case, given: anytype) !tarray.Tensor {
        return tarray.asarray(given, self.options, &self.diagnostics);
    }

    /// A loan that the call did not take is still ours to end.
    fn borrow(self: *Case, loan: anytype) !tarray.Tensor {
        errdefer tarray.dlpack.release(loan);
        return self.take(loan);
    }

    /// As a slice of the element type, a slice of such, or one element.
    fn typed(self: *Case) !tarray.Tensor {
        const Elements = .{
            bool,                  i8,                    i16,             i32, i64, u8, u16, u32, u64, f16, f32, f64,
            std.math.Complex(f32), std.math.Complex(f64), tarray.BFloat16,
        };
        const wanted = try dtypeNamed(self.row.source_dtype);
        inline for (Elements) |T| if (wanted.eql(tarray.dtypeOf(T))) return self.of(T);
        return error.NotInZig;
    }

    fn of(self: *Case, comptime T: type) !tarray.Tensor {
        const elements: []T = @alignCast(std.mem.bytesAsSlice(T, self.block));
        if (self.row.is("typed_scalar")) return self.take(elements[0]);
        const shape = try integers(self.arena, self.row.source_shape);
        if (shape.len != 1 and self.row.is("array")) return error.NotInZig;
        if (self.row.is("array")) return self.take(elements);
        const rows = try self.arena.alloc([]T, @intCast(shape[0]));
        const length: usize = @intCast(shape[1]);
        for (rows, 0..) |*row, k| row.* = elements[k * length ..][0..length];
        return self.take(rows);
    }

    fn check(self: *Case, tensor: tarray.Tensor) !void {
        const row = self.row;
        const dense = try tensor.copy(.{ .contiguous = true }, null);
        defer dense.deinit();
        const info = dense.info();
        const size: usize = @intCast(info.nbytes);
        const have: []const u8 = if (size == 0) "" else @as([*]const u8, @ptrCast(info.data.?))[0..size];

        try expectEqual(try dtypeNamed(row.dtype), tensor.dtype());
        try expectEqualSlices(i64, try integers(self.arena, row.shape), tensor.shape());
        try expectEqualSlices(u8, try bytes(self.arena, row.data), have);
        try expectEqual(has(row.flags, "read_only"), tensor.isReadOnly());
        try expectEqual(has(row.flags, "contiguous"), tensor.isContiguous());
        try expectEqual(has(row.flags, "requires_grad"), tensor.requiresGrad());
        var text: [64]u8 = undefined;
        const provenance = tensor.provenance();
        try expectEqualStrings(row.origin, try std.fmt.bufPrint(&text, "{f}", .{provenance.origin}));
        const reason = try std.fmt.bufPrint(&text, "{f}", .{provenance.reason});
        try expectEqualStrings(row.reason, if (reason.len == 0) "-" else reason);
        try expectEqual(eql(u8, row.aliased, "1"), provenance.aliased);
        if (tensor.numel() == 0 or self.block.len == 0) return;
        const at = @intFromPtr(tensor.data()) -% @intFromPtr(self.block.ptr);
        try expect(if (provenance.aliased) at == try row.first() else at >= self.block.len);
    }
};

/// Whether Zig has such an input.
fn run(row: Row) !bool {
    var arena: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena.deinit();
    var case: Case = .{ .row = row, .arena = arena.allocator(), .options = try optionsOf(row) };
    if (case.make()) |tensor| {
        defer tensor.deinit();
        try expectEqualStrings(row.status, "TA_OK");
        try case.check(tensor);
    } else |err| {
        if (err == error.NotInZig) return false;
        try expectEqualStrings(row.status, std.mem.span(c.ta_status_name(case.diagnostics.status())));
        const says = if (eql(u8, row.says, "-")) "" else row.says;
        try expect(std.mem.find(u8, case.diagnostics.message(), says) != null);
    }
    return true;
}

test "the table of cases" {
    defer alive.expectNone();
    var lines = std.mem.tokenizeScalar(u8, table, '\n');
    const columns = try Row.of(lines.next().?);
    inline for (@typeInfo(Row).@"struct".field_names) |column|
        try expectEqualStrings(column, @field(columns, column));
    var ran: usize = 0;
    while (lines.next()) |line| {
        const row: Row = try .of(line);
        errdefer std.debug.print("case: {s}\n", .{row.name});
        if (try run(row)) ran += 1;
        try expectEqual(0, tarray.liveTensors());
    }
    try expect(ran >= fewest);
}
