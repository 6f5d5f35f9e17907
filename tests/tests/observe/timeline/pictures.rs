//! The SVG pictures.

use super::{ms, virtual_time};
use crate::alone;
use futures::executor::block_on;
use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, Timeline, gpu_pipeline};
use gpu_stages_tests::{device_buffers, failing, queue, set};
use roxmltree::{Document, Node};
use std::collections::BTreeSet;

fn of_class<'a, 'i>(
    document: &'a Document<'i>,
    class: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    let is_it = move |node: &Node<'_, '_>| {
        let classes = node.attribute("class").unwrap_or_default();
        classes.split(' ').any(|it| it == class)
    };
    document.descendants().filter(is_it)
}

/// Left and right end of a box.
fn span(rect: &Node<'_, '_>) -> (f64, f64) {
    let number = |name: &str| rect.attribute(name).unwrap().parse::<f64>().unwrap();
    (number("x"), number("x") + number("width"))
}

fn row<'a, 'i>(document: &'a Document<'i>, name: &str) -> Node<'a, 'i> {
    let rows = document.descendants();
    let mut rows = rows.filter(|node| node.attribute("data-row") == Some(name));
    rows.next().unwrap()
}

#[test]
fn a_box_for_each_stage_and_frame() {
    let _alone = alone();
    let recording = virtual_time::record(2, 6, 4);
    let svg = recording.svg().to_string();
    let document = Document::parse(&svg).unwrap();
    let boxes = of_class(&document, "work").map(|rect| {
        let row = rect.parent().unwrap().attribute("data-row").unwrap();
        let frame = rect.attribute("data-frame").unwrap();
        (
            row,
            frame.parse::<u64>().unwrap(),
            rect.attribute("data-stage").unwrap(),
        )
    });
    let boxes: Vec<_> = boxes.collect();
    let stages = [
        ("host", "fill"),
        ("up", "up.upload"),
        ("compute", "compute.launch"),
        ("down", "down.download"),
        ("host", "reduce"),
    ];
    let expected = (1..=6).flat_map(|frame| stages.map(|(row, stage)| (row, frame, stage)));
    assert_eq!(boxes.len(), 6 * 5);
    assert_eq!(
        boxes.into_iter().collect::<BTreeSet<_>>(),
        expected.collect()
    );
    assert_eq!(of_class(&document, "bad").count(), 0);
    assert_eq!(of_class(&document, "cross").count(), 0);
    assert_eq!(svg, recording.svg().to_string());
}

#[test]
fn boxes_are_where_the_times_are() {
    let _alone = alone();
    let svg = virtual_time::record(1, 1, 1)
        .svg()
        .lasting(ms(18))
        .to_string();
    let document = Document::parse(&svg).unwrap();
    let fill = of_class(&document, "work").next().unwrap();
    let (left, right) = span(&fill);
    let per_ms = right - left;
    let near = |a: f64, b: f64| (a - b).abs() < 0.03;
    for (row_name, from, to) in [("up", 1, 3), ("compute", 3, 6), ("down", 6, 8)] {
        let row = row(&document, row_name);
        let is_work = |node: &Node<'_, '_>| node.attribute("class") == Some("work");
        let found = span(&row.children().find(is_work).unwrap());
        let expected = (
            left + f64::from(from) * per_ms,
            left + f64::from(to) * per_ms,
        );
        assert!(
            near(found.0, expected.0) && near(found.1, expected.1),
            "{row_name}: {found:?}"
        );
    }
    // The axis goes on to 18 ms, where the picture ends but for its margin.
    assert!(near(left + 18.0 * per_ms, 1000.0 - 16.0));
    let notes = document
        .descendants()
        .filter(|node| node.has_tag_name("title"));
    let notes: Vec<_> = notes.filter_map(|node| node.text()).collect();
    assert!(
        notes.contains(&"frame 1, compute.launch: 3 ms to 6 ms (3 ms)"),
        "{notes:?}"
    );
    assert!(
        notes.contains(&"frame 1, reduce waits for a device, with result: 1 ms to 8 ms (7 ms)"),
        "{notes:?}"
    );
    assert!(
        notes.contains(&"frame 1, down.download is enqueued and waits: 1 ms to 6 ms (5 ms)"),
        "{notes:?}"
    );
}

#[test]
fn waits_differ_from_work_and_the_axis_has_units() {
    let _alone = alone();
    let svg = virtual_time::record(1, 3, 3).svg().to_string();
    let document = Document::parse(&svg).unwrap();
    let heights = |class| {
        let heights = of_class(&document, class)
            .map(|rect| rect.attribute("height").unwrap().parse::<f64>().unwrap());
        heights.collect::<Vec<_>>()
    };
    let (waits, work) = (heights("wait"), heights("work"));
    let thickest = waits.iter().copied().fold(0.0, f64::max);
    let thinnest = work.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(
        !waits.is_empty() && thickest * 3.0 < thinnest,
        "{thickest} and {thinnest}"
    );
    let labels = of_class(&document, "axis").filter_map(|node| node.text());
    let labels: Vec<_> = labels.collect();
    assert_eq!(labels[..3], ["0 ms", "2 ms", "4 ms"]);
    let title = of_class(&document, "title").next().unwrap();
    assert_eq!(
        title.text(),
        Some("process_one: 3 frames in 19 ms of virtual time")
    );
    let names: Vec<_> = of_class(&document, "name")
        .filter_map(|node| node.text())
        .collect();
    assert!(
        names.contains(&"1 compute.launch") && names.contains(&"2"),
        "{names:?}"
    );
    let legend: Vec<_> = of_class(&document, "legend")
        .filter_map(|node| node.text())
        .collect();
    assert!(
        legend[0].starts_with("work") && legend[1].starts_with("waiting"),
        "{legend:?}"
    );
}

#[test]
fn a_frame_has_one_colour_and_its_neighbours_others() {
    let _alone = alone();
    let svg = virtual_time::record(2, 8, 4).svg().to_string();
    let document = Document::parse(&svg).unwrap();
    let colour = |frame: u64| {
        let own = of_class(&document, "work").chain(of_class(&document, "wait"));
        let own = own.filter(|rect| rect.attribute("data-frame") == Some(&*frame.to_string()));
        let colours: BTreeSet<_> = own
            .map(|rect| rect.attribute("fill").unwrap().to_owned())
            .collect();
        assert_eq!(colours.len(), 1, "frame {frame}");
        colours.into_iter().next().unwrap()
    };
    let colours: BTreeSet<String> = (1..=7).map(colour).collect();
    assert_eq!(colours.len(), 7);
    assert_eq!(colour(8), colour(1));
}

#[test]
fn overlapping_frames_have_lanes_of_their_own() {
    let _alone = alone();
    for (slots, in_flight) in [(1, 1), (1, 4), (2, 4), (3, 8)] {
        let svg = virtual_time::record(slots, 12, in_flight).svg().to_string();
        let document = Document::parse(&svg).unwrap();
        for row in document
            .descendants()
            .filter(|node| node.has_attribute("data-row"))
        {
            let boxes = row.children().filter(|node| node.has_tag_name("rect"));
            // Waits and work: in one lane nothing covers anything else.
            let mut spans: Vec<_> = boxes
                .map(|rect| {
                    let y = rect.attribute("y").unwrap().parse::<f64>().unwrap();
                    let height = rect.attribute("height").unwrap().parse::<f64>().unwrap();
                    let middle = ((y + height / 2.0) * 100.0).round() as i64;
                    (middle, span(&rect))
                })
                .collect();
            spans.sort_by(|a, b| a.partial_cmp(b).unwrap());
            for pair in spans.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
                assert!(pair[0].1.1 <= pair[1].1.0 + 0.03, "{slots} slots: {pair:?}");
            }
        }
    }
}

#[test]
fn what_failed_is_marked() {
    let _alone = alone();
    #[gpu_pipeline]
    async fn launch(
        #[queue] queue: Queue,
        #[writes] data: DeviceBuffer<f32>,
        kernel: gpu_stages::cpu::Kernel,
    ) -> Result<()> {
        queue.launch(&kernel, 1, (&mut data,))?;
        Ok(())
    }
    let (queue, data) = (queue(), device_buffers(1, 1));
    let timeline = Timeline::new(10);
    block_on(launch(&queue, &data, set(1.0))).unwrap();
    block_on(launch(&queue, &data, failing())).unwrap_err();
    drop(launch(&queue, &data, set(1.0)));
    let recording = timeline.recording();
    let svg = recording.svg().to_string();
    let document = Document::parse(&svg).unwrap();
    let frames = |class| {
        let marked = of_class(&document, class).filter_map(|node| node.attribute("data-frame"));
        marked.collect::<Vec<_>>()
    };
    assert_eq!(frames("bad"), ["2"]);
    assert_eq!(frames("cross"), ["2", "3"]);
    let mut legend = of_class(&document, "legend").filter_map(|node| node.text());
    assert!(legend.any(|it| it == "failed, panicked or dropped"));
    let notes = document
        .descendants()
        .filter(|node| node.has_tag_name("title"));
    let notes: Vec<_> = notes.filter_map(|node| node.text()).collect();
    assert!(
        notes
            .iter()
            .any(|note| note.starts_with("frame 3, dropped: ")),
        "{notes:?}"
    );
}

#[test]
fn the_title_says_what_is_shown() {
    let _alone = alone();
    let recording = virtual_time::record(1, 1, 1);
    let title = |svg: String| {
        let document = Document::parse(&svg).unwrap();
        of_class(&document, "title")
            .next()
            .unwrap()
            .text()
            .unwrap()
            .to_owned()
    };
    let own = recording.svg().titled("A < B").to_string();
    assert_eq!(title(own), "A < B: 1 frame in 9 ms of virtual time");
    let timeline = Timeline::new(2);
    let talk = gpu_stages_tests::talk::Talk::<gpu_stages::cpu::Cpu>::new(3, 1, 4);
    for seed in 0..5 {
        block_on(talk.frame(seed)).unwrap();
    }
    let text = title(timeline.recording().svg().to_string());
    assert!(
        text.starts_with("process_one: the last 2 of 5 frames in "),
        "{text}"
    );
}

#[test]
fn labels_of_the_axis_stay_in_the_picture() {
    let _alone = alone();
    let recording = virtual_time::record(1, 1, 1);
    // A tick stands right at the end.
    let svg = recording.svg().lasting(ms(100)).to_string();
    let document = Document::parse(&svg).unwrap();
    let width: f64 = document
        .root_element()
        .attribute("width")
        .unwrap()
        .parse()
        .unwrap();
    let last = of_class(&document, "axis").last().unwrap();
    assert_eq!(last.text(), Some("100 ms"));
    let middle: f64 = last.attribute("x").unwrap().parse().unwrap();
    // A digit of the font is 6.4 wide.
    assert!(middle + 6.0 * 6.4 / 2.0 <= width, "{middle} of {width}");
}
