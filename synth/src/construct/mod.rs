//! Apps and stacks: where resources get their names.
//!
//! ```
//! use synth::prelude::*;
//! use synth::aws::ec2;
//!
//! let mut network = Stack::new("network");
//! let vpc = network.add("Vpc", ec2::Vpc::new().cidr_block("10.0.0.0/16"));
//! let vpc_id = network.export("VpcId", vpc.reference());
//!
//! let mut service = Stack::new("service");
//! service.add("Group", ec2::SecurityGroup::new("of the service").vpc_id(&vpc_id));
//!
//! let mut app = App::new("tracker");
//! app.add(service);
//! app.add(network);
//! let stacks = app.synthesize().unwrap();
//! assert_eq!(stacks[0].name, "network");
//! assert_eq!(stacks[1].dependencies, ["network"]);
//! ```

mod app;
mod asset;
mod declared;
mod entry;
mod evaluate;
mod exchange;
mod foreign;
mod keys;
#[cfg(feature = "logs")]
mod log_group;
mod stack;
mod synthesized;

pub use app::App;
pub use asset::{Architecture, Asset, AssetSource, Binding, Program, StoredAsset};
pub use entry::{Checker, DeletionPolicy, Entry, OutputEntry};
pub use keys::{Keys, Secret};
pub use stack::Stack;
pub use synthesized::{ParameterValue, Synthesized};
