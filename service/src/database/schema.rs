//! The tables, as both databases have them.

diesel::table! {
    users (id) {
        id -> BigInt,
        user_name -> Text,
        password_hash -> Text,
        role -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    locations (id) {
        id -> BigInt,
        user_id -> BigInt,
        lat -> BigInt,
        lng -> BigInt,
        created_at -> BigInt,
    }
}

diesel::joinable!(locations -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(locations, users);
