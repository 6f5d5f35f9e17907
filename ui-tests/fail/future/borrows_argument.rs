use gpu_stages::{Resource, Result, gpu_pipeline};

#[gpu_pipeline]
async fn add(#[updates] x: usize, name: &str) -> Result<usize> {
    x += name.len();
    Ok(x)
}

struct Counter {
    count: Resource<usize>,
    step: usize,
}

impl Counter {
    #[gpu_pipeline]
    async fn add(&self, #[updates(self.count)] count: usize) -> Result<usize> {
        count += self.step;
        Ok(count)
    }
}

fn spawn<T>(_: impl Future<Output = T> + Send + 'static) {}

fn main() {
    let x = Resource::new(1);
    let name = String::from("name");
    spawn(add(&x, &name));
    let counter = Counter {
        count: Resource::new(0),
        step: 1,
    };
    spawn(counter.add());
}
