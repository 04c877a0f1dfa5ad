use crate::{Clock, Moment};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[tokio::test]
async fn auto_time_jumps_over_every_wait_of_a_served_task() {
    let clock = Clock::auto(Moment::EPOCH);
    let inner = clock.clone();
    let end = clock
        .serve(async move {
            inner.sleep(seconds(60)).await;
            inner.sleep(seconds(3_600)).await;
            inner.now()
        })
        .await;
    assert_eq!(end, Moment::from_seconds(3_660));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn manual_time_stands_until_it_is_advanced() {
    let clock = Clock::manual(Moment::EPOCH);
    let count = Arc::new(AtomicU32::new(0));
    let (inner, counted) = (clock.clone(), count.clone());
    let task = tokio::spawn(clock.serve(async move {
        for _ in 0..5 {
            inner.sleep(seconds(10)).await;
            counted.fetch_add(1, Ordering::SeqCst);
        }
    }));
    clock.advance(seconds(9)).await;
    assert_eq!(count.load(Ordering::SeqCst), 0);
    clock.advance(seconds(21)).await;
    assert_eq!(
        (count.load(Ordering::SeqCst), clock.now()),
        (3, Moment::from_seconds(30))
    );
    clock.advance(seconds(100)).await;
    task.await.expect("the task ends by itself");
    assert_eq!(clock.now(), Moment::from_seconds(130));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn time_stands_while_a_busy_token_is_held() {
    let clock = Clock::auto(Moment::EPOCH);
    let token = clock.busy();
    let inner = clock.clone();
    let task = tokio::spawn(clock.serve(async move {
        inner.sleep(seconds(1)).await;
        inner.now()
    }));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(clock.now(), Moment::EPOCH);
    drop(token);
    assert_eq!(task.await.expect("the task ends"), Moment::from_seconds(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hop_hands_over_without_letting_time_slip() {
    let clock = Clock::auto(Moment::EPOCH);
    let (to_far, mut at_far) =
        tokio::sync::mpsc::unbounded_channel::<(u64, tokio::sync::oneshot::Sender<Moment>)>();
    let far_clock = clock.clone();
    tokio::spawn(async move {
        while let Some((id, reply)) = at_far.recv().await {
            let clock = far_clock.clone();
            let far = clock.arrive(id).expect("the near end waits");
            tokio::spawn(far_clock.serve(async move {
                far.taken();
                clock.sleep(seconds(2)).await;
                far.responds();
                reply.send(clock.now()).expect("the near end waits");
            }));
        }
    });
    let near_clock = clock.clone();
    let times = clock
        .serve(async move {
            let mut times = Vec::new();
            for _ in 0..200 {
                let near = near_clock.hop().expect("manual time");
                let (reply, replied) = tokio::sync::oneshot::channel();
                to_far.send((near.id(), reply)).expect("the far end listens");
                // The timeout lies far behind the answer and must never fire.
                let at = near_clock.timeout(seconds(300), near.head(replied)).await;
                times.push((at.expect("in time").expect("answered"), near_clock.now()));
            }
            times
        })
        .await;
    for (at, (answered, seen)) in times.into_iter().enumerate() {
        let expected = Moment::from_seconds(2 * (at as i64 + 1));
        assert_eq!((answered, seen), (expected, expected));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_near_end_that_leaves_is_noticed_before_time_moves() {
    let clock = Clock::auto(Moment::EPOCH);
    let near = clock.hop().expect("manual time");
    let far = clock.arrive(near.id()).expect("the near end waits");
    far.taken();
    drop(near);
    let inner = clock.clone();
    let task = tokio::spawn(clock.serve(async move { inner.sleep(seconds(1)).await }));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(clock.now(), Moment::EPOCH);
    drop(far);
    task.await.expect("the task ends");
    assert_eq!(clock.now(), Moment::from_seconds(1));
}
