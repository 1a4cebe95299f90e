//! The registry of rules that hold for any template. One file a family.

mod access_logs;
mod action;
mod authorizer;
mod build;
mod container;
mod deployment;
mod discovery;
mod endpoint;
mod exchange;
mod execution_role;
mod function;
mod gateway;
mod headers;
mod literal;
mod logs;
mod network;
mod permission;
mod pipeline;
mod security_group;
mod storage;
mod task_deployment;
mod task_role;
mod task_storage;
mod template;
mod traffic;
mod zone;

use super::{Rule, justified};

/// The families of rules.
pub(super) const FAMILIES: &[&[Rule]] = &[
    &access_logs::RULES,
    &authorizer::RULES,
    &build::RULES,
    &container::RULES,
    &deployment::RULES,
    &discovery::RULES,
    &endpoint::RULES,
    &exchange::RULES,
    &execution_role::RULES,
    &function::RULES,
    &gateway::RULES,
    &headers::RULES,
    &literal::RULES,
    &logs::RULES,
    &network::RULES,
    &permission::RULES,
    &pipeline::RULES,
    &security_group::RULES,
    &storage::RULES,
    &task_deployment::RULES,
    &task_role::RULES,
    &task_storage::RULES,
    &template::RULES,
    &traffic::RULES,
    &zone::RULES,
    &[justified::RULE],
];
