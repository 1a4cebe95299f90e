//! A name server, as far as Cloud Map's names need it.

use std::{
    net::{Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use authorizer::introspection::Dns;
use hickory_proto::{
    op::{Message, ResponseCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{A, SRV},
    },
};
use tokio::net::UdpSocket;

/// The name that Cloud Map has for the service.
pub(crate) const NAME: &str = "service.tracker-dev.internal";

/// A name server that answers what it is told to.
pub(crate) struct NameServer {
    pub(crate) address: SocketAddr,
    reply: Arc<Mutex<Reply>>,
}

/// What it answers.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// These tasks. Cloud Map has no name where there are none.
    Instances(Vec<SocketAddr>),
    /// Two tasks, of which the first has no address.
    Nameless(SocketAddr),
    /// An error.
    Refuses(ResponseCode),
    /// What is no message.
    Garbage,
    /// Nothing, ever.
    Silence,
}

impl NameServer {
    pub(crate) async fn start(reply: Reply) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let reply = Arc::new(Mutex::new(reply));
        tokio::spawn(serve(socket, Arc::clone(&reply)));
        Self { address, reply }
    }

    /// From now on it answers this.
    pub(crate) fn answer(&self, reply: Reply) {
        *self.reply.lock().unwrap() = reply;
    }

    pub(crate) fn client(&self) -> Dns {
        Dns::new(NAME, Some(self.address)).unwrap()
    }
}

async fn serve(socket: UdpSocket, reply: Arc<Mutex<Reply>>) {
    let mut buffer = [0; 4096];
    loop {
        let (length, client) = socket.recv_from(&mut buffer).await.unwrap();
        let query = Message::from_vec(&buffer[..length]).unwrap();
        let reply = reply.lock().unwrap().clone();
        let answer = match reply {
            Reply::Silence => continue,
            Reply::Garbage => b"no message at all".to_vec(),
            Reply::Refuses(code) => respond(&query, code, Vec::new()),
            Reply::Nameless(task) => {
                let nobody = (Ipv6Addr::LOCALHOST, task.port()).into();
                respond(&query, ResponseCode::NoError, records(&query, &[nobody, task]))
            }
            Reply::Instances(instances) => {
                let records = records(&query, &instances);
                let code = if instances.is_empty() { ResponseCode::NXDomain } else { ResponseCode::NoError };
                respond(&query, code, records)
            }
        };
        socket.send_to(&answer, client).await.unwrap();
    }
}

fn respond(query: &Message, code: ResponseCode, records: Vec<Record>) -> Vec<u8> {
    let mut message = Message::response(query.metadata.id, query.metadata.op_code);
    message.metadata.response_code = code;
    message.add_queries(query.queries.iter().cloned());
    message.add_answers(records);
    message.to_vec().unwrap()
}

/// Like Cloud Map's: the service's name leads to hosts and ports, and each host has an address.
fn records(query: &Message, instances: &[SocketAddr]) -> Vec<Record> {
    let question = &query.queries[0];
    let name = question.name().to_string();
    let mut records = Vec::new();
    for (number, instance) in instances.iter().enumerate() {
        let host = format!("task{number}.{NAME}.");
        let data = match question.query_type() {
            RecordType::SRV if name == format!("{NAME}.") => {
                RData::SRV(SRV::new(1, 1, instance.port(), Name::from_ascii(&host).unwrap()))
            }
            RecordType::A if name == host => match instance {
                SocketAddr::V4(address) => RData::A(A(*address.ip())),
                SocketAddr::V6(_) => continue,
            },
            _ => continue,
        };
        records.push(Record::from_rdata(question.name().clone(), 60, data));
    }
    records
}
