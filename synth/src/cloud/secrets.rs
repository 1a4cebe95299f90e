//! Parameters of Systems Manager, and secrets of Secrets Manager. The SDK of the first takes 119 seconds of a processor to
//! build.

use serde_json::json;

use super::Connection;
use super::failure::Failure;
use crate::package::hash;

impl Connection {
    /// The value of a parameter; `None` where there is none.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html)
    ///
    /// # Errors
    ///
    /// Systems Manager does not say.
    pub async fn parameter(&self, name: &str) -> Result<Option<String>, Failure> {
        self.get_parameter(name, true).await
    }

    /// Whether there is a parameter.
    ///
    /// # Errors
    ///
    /// Systems Manager does not say.
    pub async fn has_parameter(&self, name: &str) -> Result<bool, Failure> {
        Ok(self.get_parameter(name, false).await?.is_some())
    }

    async fn get_parameter(&self, name: &str, decrypted: bool) -> Result<Option<String>, Failure> {
        let question = json!({"Name": name, "WithDecryption": decrypted});
        match self.ask("ssm:GetParameter", "ssm", "AmazonSSM.GetParameter", &question).await {
            Ok(answer) => Ok(answer["Parameter"]["Value"].as_str().map(str::to_owned)),
            Err(failure) if failure.code.as_deref() == Some("ParameterNotFound") => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Writes a parameter, encrypted if it is secret. One that is there is written over only if that is said.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html)
    ///
    /// # Errors
    ///
    /// Systems Manager refuses.
    pub async fn put_parameter(&self, name: &str, value: &str, secret: bool, over: bool) -> Result<(), Failure> {
        let kind = if secret { "SecureString" } else { "String" };
        let question = json!({"Name": name, "Value": value, "Type": kind, "Overwrite": over});
        self.ask("ssm:PutParameter", "ssm", "AmazonSSM.PutParameter", &question).await.map(drop)
    }

    /// The value of a secret; `None` where there is none.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html)
    ///
    /// # Errors
    ///
    /// Secrets Manager does not say.
    pub async fn secret(&self, name: &str) -> Result<Option<String>, Failure> {
        let action = "secretsmanager:GetSecretValue";
        match self.ask(action, "secretsmanager", "secretsmanager.GetSecretValue", &json!({"SecretId": name})).await {
            Ok(answer) => Ok(answer["SecretString"].as_str().map(str::to_owned)),
            Err(failure) if failure.code.as_deref() == Some("ResourceNotFoundException") => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Gives a secret another value.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html)
    ///
    /// # Errors
    ///
    /// Secrets Manager refuses.
    pub async fn put_secret(&self, name: &str, value: &str) -> Result<(), Failure> {
        let action = "secretsmanager:PutSecretValue";
        // The same value twice is one version.
        let token = hash::of_bytes(value.as_bytes()).split_off("sha256:".len());
        let question = json!({"SecretId": name, "SecretString": value, "ClientRequestToken": token});
        self.ask(action, "secretsmanager", "secretsmanager.PutSecretValue", &question).await.map(drop)
    }
}
