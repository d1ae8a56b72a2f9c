//! Projects that build against the dist folder, each in its own way, after the folder was moved.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::dist::SYSTEM_LIBRARIES;
use crate::run::quietly;
use crate::template::Template;
use crate::test::Workplace;
use crate::{Result, elf, files};

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let place = Place::new(workplace)?;
    place.pkg_config_shared()?;
    place.pkg_config_static()?;
    place.cmake(&Template::new(workplace.root)?)?;
    place.vendored()?;
    place.beside_another_rust()?;
    place.zig(&workplace.python()?.zig()?)
}

/// Two neighbouring folders: the installation at a path that it was not made at, and projects.
struct Place {
    prefix: PathBuf,
    projects: PathBuf,
}

impl Place {
    fn new(workplace: &Workplace) -> Result<Place> {
        let moved = files::scratch(workplace.root, "install")?;
        let place = Place { prefix: moved.join("prefix"), projects: moved.join("projects") };
        files::copy_folder(&workplace.dist()?, &place.prefix)?;
        files::copy_folder(&workplace.root.join("tests/install"), &place.projects)?;
        Ok(place)
    }

    fn pkg_config_shared(&self) -> Result<()> {
        let program = self.projects.join("by-pkg-config");
        let flags = self.pkg_config(&["--cflags", "--libs"])?;
        let mut gcc = self.gcc("roundtrip.c", &program);
        quietly(gcc.args(flags))?;
        let lib = self.prefix.join("lib");
        passed("pkg-config, shared", Command::new(program).env("LD_LIBRARY_PATH", lib))
    }

    fn pkg_config_static(&self) -> Result<()> {
        let program = self.projects.join("by-pkg-config-static");
        let flags = self.pkg_config(&["--static", "--cflags", "--libs"])?;
        let mut gcc = self.gcc("roundtrip.c", &program);
        quietly(gcc.arg("-static").args(flags))?;
        passed("pkg-config, static", &mut Command::new(program))
    }

    fn pkg_config(&self, arguments: &[&str]) -> Result<Vec<String>> {
        let mut command = Command::new("pkg-config");
        command.env("PKG_CONFIG_PATH", self.prefix.join("lib/pkgconfig"));
        let said = quietly(command.args(arguments).arg("tarray"))?;
        Ok(said.split_whitespace().map(str::to_owned).collect())
    }

    fn gcc(&self, source: &str, program: &Path) -> Command {
        let mut command = Command::new("gcc");
        command.args(["-std=c89", "-Wall", "-Wextra", "-pedantic-errors", "-Werror"]);
        command.arg(self.projects.join(source)).arg("-o").arg(program);
        command
    }

    fn cmake(&self, values: &Template) -> Result<()> {
        let project = self.projects.join("cmake");
        let lists = project.join("CMakeLists.txt");
        fs::write(&lists, values.fill(&fs::read_to_string(&lists)?))?;
        let build = project.join("build");
        let mut configure = Command::new("cmake");
        configure.args(["-G", "Ninja", "-S"]).arg(&project).arg("-B").arg(&build);
        quietly(configure.arg(format!("-DCMAKE_PREFIX_PATH={}", self.prefix.display())))?;
        quietly(Command::new("cmake").arg("--build").arg(&build))?;
        passed("find_package, shared", &mut Command::new(build.join("shared")))?;
        passed("find_package, static", &mut Command::new(build.join("static")))
    }

    /// An engine's own tree: its source, one header and one archive; one line of a compiler.
    fn vendored(&self) -> Result<()> {
        let tree = self.projects.join("engine");
        files::copy(&self.prefix.join("include/tarray.h"), &tree.join("tarray.h"))?;
        files::copy(&self.prefix.join("lib/libtarray.a"), &tree.join("libtarray.a"))?;
        let mut cc = Command::new("cc");
        cc.current_dir(&tree).args(["engine.c", "libtarray.a", "-o", "engine"]);
        quietly(cc.args(SYSTEM_LIBRARIES.map(|name| format!("-l{name}"))))?;
        let program = tree.join("engine");
        let needed = elf::needed(&program)?;
        if needed.iter().any(|library| library.contains("tarray")) {
            return Err(format!("the vendored archive was not linked, but {needed:?}").into());
        }
        passed("vendored: one header, one archive", &mut Command::new(program))
    }

    /// A program with somebody else's Rust archive: both have Rust's runtime, ours hides it.
    fn beside_another_rust(&self) -> Result<()> {
        let tree = self.projects.join("beside");
        let mut rustc = Command::new("rustc");
        rustc.current_dir(&tree).args(["--edition=2024", "--crate-type=staticlib", "other.rs"]);
        quietly(&mut rustc)?;
        let mut cc = Command::new("cc");
        cc.current_dir(&tree).arg("-I").arg(self.prefix.join("include")).arg("main.c");
        cc.arg(self.prefix.join("lib/libtarray.a")).args(["libother.a", "-o", "main"]);
        quietly(cc.args(SYSTEM_LIBRARIES.map(|name| format!("-l{name}"))))?;
        passed("beside another Rust archive", &mut Command::new(tree.join("main")))
    }

    fn zig(&self, zig: &Path) -> Result<()> {
        for linkage in ["dynamic", "static"] {
            let project = self.projects.join("zig");
            let out = project.join(linkage);
            let mut build = Command::new(zig);
            build.current_dir(&project).arg("build").arg(format!("-Dlinkage={linkage}"));
            quietly(build.arg("--prefix").arg(&out))?;
            passed(&format!("build.zig, {linkage}"), &mut Command::new(out.join("bin/consumer")))?;
        }
        Ok(())
    }
}

fn passed(way: &str, program: &mut Command) -> Result<()> {
    quietly(program).map_err(|error| format!("{way}: {error}"))?;
    println!("{way}: builds and runs");
    Ok(())
}
