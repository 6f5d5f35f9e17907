use gpu_stages::cpu::Kernel;

fn main() {
    let _ = Kernel::new("greet", |_out: &mut [u8], _name: String| {});
    let _ = Kernel::new("print", |_out: &mut Vec<u8>| {});
}
