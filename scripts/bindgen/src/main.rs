//! `bindgen MODULE FOLDER NAME`: the module with its glue, as `NAME_bg.wasm` and `NAME.js` in the folder.
//!
//! `bindgen --version`: of which wasm-bindgen.

use std::env;
use std::error::Error;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--version"] => println!("{}", wasm_bindgen_shared::version()),
        [module, folder, name] => Bindgen::new()
            .web(true)?
            .input_path(module)
            .out_name(name)
            .omit_default_module_path(true)
            .typescript(false)
            .remove_name_section(true)
            .remove_producers_section(true)
            .generate(folder)?,
        _ => return Err("usage: bindgen MODULE FOLDER NAME".into()),
    }
    Ok(())
}
