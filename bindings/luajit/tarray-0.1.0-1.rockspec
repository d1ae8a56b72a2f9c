rockspec_format = "3.0"
package = "tarray"
version = "0.1.0-1"
source = {
    url = "git+https://github.com/tarray/tarray.git",
    tag = "v0.1.0",
}
description = {
    summary = "Any array in, one handle, DLPack out: tarray for LuaJIT",
    license = "MIT OR Apache-2.0",
    homepage = "https://github.com/tarray/tarray",
}
dependencies = {
    "lua == 5.1",
}
-- The module reads the C declarations beside it; the library itself is installed on its own.
build = {
    type = "command",
    install_command = [[
        mkdir -p "$(LUADIR)/tarray" &&
        cp bindings/luajit/tarray/*.lua include/tarray.cdef "$(LUADIR)/tarray/"
    ]],
}
