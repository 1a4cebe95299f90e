//! Sizes of tasks on Fargate.
//!
//! ```
//! use synth::aws::ecs::TaskDefinition;
//! use synth::aws::fargate::FargateSize;
//!
//! const SIZE: FargateSize = FargateSize::new(1024, 3072).unwrap();
//! let task = TaskDefinition::new().cpu(SIZE.cpu_text()).memory(SIZE.memory_text());
//!
//! assert_eq!(FargateSize::new(256, 4096), None);
//! assert_eq!(FargateSize::all().next(), Some(FargateSize::SMALLEST));
//! # let _ = task;
//! ```

/// A pair of processor and memory that Fargate offers.
///
/// [AWS documentation](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FargateSize {
    /// In units of 1/1024 of a virtual processor.
    pub cpu: u32,
    /// In MiB.
    pub memory: u32,
}

/// Memory for one number of processor units: from, to, and the step between.
const OFFERS: [(u32, u32, u32, u32); 8] = [
    (256, 512, 1024, 512),
    (256, 2048, 2048, 1024),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
    (8192, 16384, 61440, 4096),
    (16384, 32768, 122_880, 8192),
];

impl FargateSize {
    /// A quarter of a processor with half a GiB.
    pub const SMALLEST: Self = Self { cpu: 256, memory: 512 };

    /// The largest that Fargate offers: 16 processors with 120 GiB.
    pub const LARGEST: Self = Self { cpu: 16384, memory: 122_880 };

    /// The size, if Fargate offers it.
    pub const fn new(cpu: u32, memory: u32) -> Option<Self> {
        let mut index = 0;
        while index < OFFERS.len() {
            let (offered, least, most, step) = OFFERS[index];
            if cpu == offered && memory >= least && memory <= most && (memory - least).is_multiple_of(step) {
                return Some(Self { cpu, memory });
            }
            index += 1;
        }
        None
    }

    /// Every size, from the smallest to the largest.
    pub fn all() -> impl Iterator<Item = Self> {
        OFFERS.iter().flat_map(|(cpu, least, most, step)| {
            let memories = (*least..=*most).step_by(*step as usize);
            memories.map(|memory| Self { cpu: *cpu, memory })
        })
    }

    /// Every number of processor units, from the smallest to the largest.
    pub fn cpus() -> impl Iterator<Item = u32> {
        // A quarter of a processor has two steps of memory.
        OFFERS[1..].iter().map(|(cpu, ..)| *cpu)
    }

    /// What the property `Cpu` takes.
    pub fn cpu_text(self) -> String {
        self.cpu.to_string()
    }

    /// What the property `Memory` takes.
    pub fn memory_text(self) -> String {
        self.memory.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::FargateSize;

    #[test]
    fn every_size_is_offered_once_and_in_order() {
        let sizes: Vec<FargateSize> = FargateSize::all().collect();
        assert!(sizes.is_sorted_by(|one, next| one < next));
        assert!(sizes.iter().all(|size| FargateSize::new(size.cpu, size.memory) == Some(*size)));
        assert_eq!((sizes[0], sizes[sizes.len() - 1]), (FargateSize::SMALLEST, FargateSize::LARGEST));
        assert_eq!(sizes.len(), 74);
        assert!(FargateSize::cpus().eq([256, 512, 1024, 2048, 4096, 8192, 16384]));
    }

    #[test]
    fn a_memory_between_the_steps_is_not_offered() {
        assert_eq!(FargateSize::new(256, 1536), None);
        assert_eq!(FargateSize::new(8192, 17408), None);
        assert_eq!(FargateSize::new(300, 1024), None);
    }
}
