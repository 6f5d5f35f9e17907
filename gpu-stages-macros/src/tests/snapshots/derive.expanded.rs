const _: () = {
    pub struct __NetViews<'__views>
    where
        for<'__any> Vec<DeviceBuffer<f32>>: ::gpu_stages::DeviceVisible,
        for<'__any> DeviceBuffer<f32>: ::gpu_stages::DeviceVisible,
    {
        pub weights: <Vec<
            DeviceBuffer<f32>,
        > as ::gpu_stages::DeviceVisible>::Views<'__views>,
        pub(crate) bias: <DeviceBuffer<
            f32,
        > as ::gpu_stages::DeviceVisible>::Views<'__views>,
        name: ::gpu_stages::HostOnly,
    }
    pub struct __NetViewsMut<'__views>
    where
        for<'__any> Vec<DeviceBuffer<f32>>: ::gpu_stages::DeviceVisible,
        for<'__any> DeviceBuffer<f32>: ::gpu_stages::DeviceVisible,
    {
        pub weights: <Vec<
            DeviceBuffer<f32>,
        > as ::gpu_stages::DeviceVisible>::ViewsMut<'__views>,
        pub(crate) bias: <DeviceBuffer<
            f32,
        > as ::gpu_stages::DeviceVisible>::ViewsMut<'__views>,
        name: ::gpu_stages::HostOnly,
    }
    pub struct __NetFacts
    where
        for<'__any> Vec<DeviceBuffer<f32>>: ::gpu_stages::DeviceVisible,
        for<'__any> DeviceBuffer<f32>: ::gpu_stages::DeviceVisible,
    {
        pub weights: <Vec<DeviceBuffer<f32>> as ::gpu_stages::DeviceVisible>::Facts,
        pub(crate) bias: <DeviceBuffer<f32> as ::gpu_stages::DeviceVisible>::Facts,
        name: ::gpu_stages::Length,
    }
    #[automatically_derived]
    impl ::core::clone::Clone for __NetFacts
    where
        for<'__any> Vec<DeviceBuffer<f32>>: ::gpu_stages::DeviceVisible,
        for<'__any> DeviceBuffer<f32>: ::gpu_stages::DeviceVisible,
    {
        fn clone(&self) -> Self {
            *self
        }
    }
    #[automatically_derived]
    impl ::core::marker::Copy for __NetFacts
    where
        for<'__any> Vec<DeviceBuffer<f32>>: ::gpu_stages::DeviceVisible,
        for<'__any> DeviceBuffer<f32>: ::gpu_stages::DeviceVisible,
    {}
    #[automatically_derived]
    unsafe impl ::gpu_stages::DeviceVisible for Net
    where
        for<'__any> Vec<DeviceBuffer<f32>>: ::gpu_stages::DeviceVisible,
        for<'__any> DeviceBuffer<f32>: ::gpu_stages::DeviceVisible,
        for<'__any> Net: ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        type Holder = (
            <Vec<DeviceBuffer<f32>> as ::gpu_stages::DeviceVisible>::Holder,
            <DeviceBuffer<f32> as ::gpu_stages::DeviceVisible>::Holder,
        );
        type Views<'__views> = __NetViews<'__views>;
        type ViewsMut<'__views> = __NetViewsMut<'__views>;
        type Facts = __NetFacts;
        fn hold(&self, __pass: &::gpu_stages::rt::Pass) -> Self::Holder {
            (
                <_ as ::gpu_stages::DeviceVisible>::hold(&self.weights, __pass),
                <_ as ::gpu_stages::DeviceVisible>::hold(&self.bias, __pass),
            )
        }
        fn views(__holder: &Self::Holder) -> Self::Views<'_> {
            __NetViews {
                weights: <Vec<
                    DeviceBuffer<f32>,
                > as ::gpu_stages::DeviceVisible>::views(&__holder.0),
                bias: <DeviceBuffer<
                    f32,
                > as ::gpu_stages::DeviceVisible>::views(&__holder.1),
                name: ::gpu_stages::HostOnly,
            }
        }
        fn views_mut(__holder: &mut Self::Holder) -> Self::ViewsMut<'_> {
            __NetViewsMut {
                weights: <Vec<
                    DeviceBuffer<f32>,
                > as ::gpu_stages::DeviceVisible>::views_mut(&mut __holder.0),
                bias: <DeviceBuffer<
                    f32,
                > as ::gpu_stages::DeviceVisible>::views_mut(&mut __holder.1),
                name: ::gpu_stages::HostOnly,
            }
        }
        fn facts(&self) -> Self::Facts {
            __NetFacts {
                weights: <_ as ::gpu_stages::DeviceVisible>::facts(&self.weights),
                bias: <_ as ::gpu_stages::DeviceVisible>::facts(&self.bias),
                name: ::gpu_stages::rt::length(self.name.len()),
            }
        }
        const ON_HOST: bool = <Vec<
            DeviceBuffer<f32>,
        > as ::gpu_stages::DeviceVisible>::ON_HOST
            || <DeviceBuffer<f32> as ::gpu_stages::DeviceVisible>::ON_HOST;
        fn fill_on_host(&mut self) {
            <_ as ::gpu_stages::DeviceVisible>::fill_on_host(&mut self.weights);
            <_ as ::gpu_stages::DeviceVisible>::fill_on_host(&mut self.bias);
        }
        fn fill_on_device(
            __holder: &mut Self::Holder,
            __queue: &dyn ::core::any::Any,
        ) -> ::gpu_stages::Result<()> {
            <Vec<
                DeviceBuffer<f32>,
            > as ::gpu_stages::DeviceVisible>::fill_on_device(&mut __holder.0, __queue)?;
            <DeviceBuffer<
                f32,
            > as ::gpu_stages::DeviceVisible>::fill_on_device(&mut __holder.1, __queue)?;
            ::core::result::Result::Ok(())
        }
    }
    const fn __is_visible<T: ::gpu_stages::DeviceVisible>() {}
    const fn __is_owned<T: ::core::marker::Send + ::core::marker::Sync + 'static>() {}
    #[allow(dead_code)]
    const fn __demands() {
        __is_visible::<Vec<DeviceBuffer<f32>>>();
        __is_visible::<DeviceBuffer<f32>>();
        __is_owned::<Net>();
    }
};
const _: () = {
    struct __PairViews<'__views, T: Element, P, const N: usize>(
        ::gpu_stages::HostOnly,
        pub <[DeviceBuffer<T>; N] as ::gpu_stages::DeviceVisible>::Views<'__views>,
        ::core::marker::PhantomData<(&'__views (), fn() -> Pair<T, P, N>)>,
    )
    where
        P: Copy,
        for<'__any> [DeviceBuffer<T>; N]: ::gpu_stages::DeviceVisible;
    struct __PairViewsMut<'__views, T: Element, P, const N: usize>(
        ::gpu_stages::HostOnly,
        pub <[DeviceBuffer<T>; N] as ::gpu_stages::DeviceVisible>::ViewsMut<'__views>,
        ::core::marker::PhantomData<(&'__views (), fn() -> Pair<T, P, N>)>,
    )
    where
        P: Copy,
        for<'__any> [DeviceBuffer<T>; N]: ::gpu_stages::DeviceVisible;
    struct __PairFacts<T: Element, P, const N: usize>(
        ::gpu_stages::HostOnly,
        pub <[DeviceBuffer<T>; N] as ::gpu_stages::DeviceVisible>::Facts,
        ::core::marker::PhantomData<(fn() -> Pair<T, P, N>)>,
    )
    where
        P: Copy,
        for<'__any> [DeviceBuffer<T>; N]: ::gpu_stages::DeviceVisible;
    #[automatically_derived]
    impl<T: Element, P, const N: usize> ::core::clone::Clone for __PairFacts<T, P, N>
    where
        P: Copy,
        for<'__any> [DeviceBuffer<T>; N]: ::gpu_stages::DeviceVisible,
    {
        fn clone(&self) -> Self {
            *self
        }
    }
    #[automatically_derived]
    impl<T: Element, P, const N: usize> ::core::marker::Copy for __PairFacts<T, P, N>
    where
        P: Copy,
        for<'__any> [DeviceBuffer<T>; N]: ::gpu_stages::DeviceVisible,
    {}
    #[automatically_derived]
    unsafe impl<T: Element, P, const N: usize> ::gpu_stages::DeviceVisible
    for Pair<T, P, N>
    where
        P: Copy,
        for<'__any> [DeviceBuffer<T>; N]: ::gpu_stages::DeviceVisible,
        for<'__any> Pair<T, P, N>: ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        type Holder = (<[DeviceBuffer<T>; N] as ::gpu_stages::DeviceVisible>::Holder,);
        type Views<'__views> = __PairViews<'__views, T, P, N>;
        type ViewsMut<'__views> = __PairViewsMut<'__views, T, P, N>;
        type Facts = __PairFacts<T, P, N>;
        fn hold(&self, __pass: &::gpu_stages::rt::Pass) -> Self::Holder {
            (<_ as ::gpu_stages::DeviceVisible>::hold(&self.1, __pass),)
        }
        fn views(__holder: &Self::Holder) -> Self::Views<'_> {
            __PairViews(
                ::gpu_stages::HostOnly,
                <[DeviceBuffer<
                    T,
                >; N] as ::gpu_stages::DeviceVisible>::views(&__holder.0),
                ::core::marker::PhantomData,
            )
        }
        fn views_mut(__holder: &mut Self::Holder) -> Self::ViewsMut<'_> {
            __PairViewsMut(
                ::gpu_stages::HostOnly,
                <[DeviceBuffer<
                    T,
                >; N] as ::gpu_stages::DeviceVisible>::views_mut(&mut __holder.0),
                ::core::marker::PhantomData,
            )
        }
        fn facts(&self) -> Self::Facts {
            __PairFacts(
                ::gpu_stages::HostOnly,
                <_ as ::gpu_stages::DeviceVisible>::facts(&self.1),
                ::core::marker::PhantomData,
            )
        }
        const ON_HOST: bool = <[DeviceBuffer<
            T,
        >; N] as ::gpu_stages::DeviceVisible>::ON_HOST;
        fn fill_on_host(&mut self) {
            <_ as ::gpu_stages::DeviceVisible>::fill_on_host(&mut self.1);
        }
        fn fill_on_device(
            __holder: &mut Self::Holder,
            __queue: &dyn ::core::any::Any,
        ) -> ::gpu_stages::Result<()> {
            <[DeviceBuffer<
                T,
            >; N] as ::gpu_stages::DeviceVisible>::fill_on_device(
                &mut __holder.0,
                __queue,
            )?;
            ::core::result::Result::Ok(())
        }
    }
    const fn __is_visible<T: ::gpu_stages::DeviceVisible>() {}
    const fn __is_owned<T: ::core::marker::Send + ::core::marker::Sync + 'static>() {}
    #[allow(dead_code)]
    const fn __demands<T: Element, P, const N: usize>()
    where
        P: Copy,
    {}
};
const _: () = {
    struct __WorkspaceViews<'__views> {
        __parameters: ::core::marker::PhantomData<(&'__views (), fn() -> Workspace)>,
    }
    struct __WorkspaceViewsMut<'__views> {
        __parameters: ::core::marker::PhantomData<(&'__views (), fn() -> Workspace)>,
    }
    struct __WorkspaceFacts {
        __parameters: ::core::marker::PhantomData<(fn() -> Workspace)>,
    }
    #[automatically_derived]
    impl ::core::clone::Clone for __WorkspaceFacts {
        fn clone(&self) -> Self {
            *self
        }
    }
    #[automatically_derived]
    impl ::core::marker::Copy for __WorkspaceFacts {}
    #[automatically_derived]
    unsafe impl gpu::DeviceVisible for Workspace
    where
        for<'__any> Workspace: ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        type Holder = ();
        type Views<'__views> = __WorkspaceViews<'__views>;
        type ViewsMut<'__views> = __WorkspaceViewsMut<'__views>;
        type Facts = __WorkspaceFacts;
        fn hold(&self, __pass: &gpu::rt::Pass) -> Self::Holder {}
        fn views(__holder: &Self::Holder) -> Self::Views<'_> {
            __WorkspaceViews {
                __parameters: ::core::marker::PhantomData,
            }
        }
        fn views_mut(__holder: &mut Self::Holder) -> Self::ViewsMut<'_> {
            __WorkspaceViewsMut {
                __parameters: ::core::marker::PhantomData,
            }
        }
        fn facts(&self) -> Self::Facts {
            __WorkspaceFacts {
                __parameters: ::core::marker::PhantomData,
            }
        }
    }
    const fn __is_visible<T: gpu::DeviceVisible>() {}
    const fn __is_owned<T: ::core::marker::Send + ::core::marker::Sync + 'static>() {}
    #[allow(dead_code)]
    const fn __demands() {
        __is_owned::<Workspace>();
    }
};
