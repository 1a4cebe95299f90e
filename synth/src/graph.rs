//! Order and circles among things that wait for each other.

/// The things on a circle, in order; none if there is none. `edges[a]` lists what `a` waits for.
pub(crate) fn cycle(edges: &[Vec<usize>]) -> Option<Vec<usize>> {
    order(edges).err()
}

/// Everything, so that each comes after what it waits for, and otherwise as given; or the things on a circle.
pub(crate) fn order(edges: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut visit = Visit { edges, states: vec![State::New; edges.len()], done: Vec::with_capacity(edges.len()) };
    (0..edges.len()).try_for_each(|start| visit.from(start))?;
    Ok(visit.done)
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

struct Visit<'a> {
    edges: &'a [Vec<usize>],
    states: Vec<State>,
    done: Vec<usize>,
}

impl Visit<'_> {
    /// Goes depth first with its own stack: a chain may be longer than the thread's stack is deep.
    fn from(&mut self, start: usize) -> Result<(), Vec<usize>> {
        if self.states[start] != State::New {
            return Ok(());
        }
        self.states[start] = State::Open;
        let mut way = vec![(start, 0)];
        while let Some((node, next)) = way.last_mut() {
            let node = *node;
            let Some(&wanted) = self.edges[node].get(*next) else {
                self.states[node] = State::Done;
                self.done.push(node);
                way.pop();
                continue;
            };
            *next += 1;
            match self.states[wanted] {
                State::New => {
                    self.states[wanted] = State::Open;
                    way.push((wanted, 0));
                }
                State::Open => {
                    let circle = way.iter().map(|(node, _)| *node).skip_while(|node| *node != wanted);
                    return Err(circle.collect());
                }
                State::Done => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_waited_for_comes_first() {
        assert_eq!(order(&[vec![2], vec![], vec![1]]), Ok(vec![1, 2, 0]));
    }

    #[test]
    fn order_is_kept_where_nothing_waits() {
        assert_eq!(order(&[vec![], vec![], vec![]]), Ok(vec![0, 1, 2]));
    }

    #[test]
    fn a_circle_is_named_without_the_way_to_it() {
        assert_eq!(order(&[vec![1], vec![2], vec![1]]), Err(vec![1, 2]));
        assert_eq!(cycle(&[vec![0]]), Some(vec![0]));
    }

    #[test]
    fn a_long_chain_does_not_exhaust_the_stack() {
        let edges: Vec<_> = (1..=100_000).map(|next| if next < 100_000 { vec![next] } else { vec![] }).collect();
        assert_eq!(cycle(&edges), None);
    }
}
