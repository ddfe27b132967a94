//! Tables as diesel sees them; `migrations/` holds the truth, and a test compares the two.

diesel::table! {
    tenant (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        life -> Text,
        wake_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    account (id) {
        id -> Text,
        email -> Text,
        name -> Text,
        password_hash -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    membership (account_id, tenant_id) {
        account_id -> Text,
        tenant_id -> BigInt,
        member_id -> Text,
    }
}

diesel::table! {
    session (token_hash) {
        token_hash -> Text,
        account_id -> Text,
        tenant_id -> BigInt,
        member_id -> Text,
        created_at -> BigInt,
        seen_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    connection (id) {
        id -> Text,
        url_key -> Text,
        tenant_id -> Nullable<BigInt>,
        name -> Text,
        app_id -> Text,
        verify_token_sealed -> Text,
        access_token_sealed -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    connection_secret (connection_id, number) {
        connection_id -> Text,
        number -> BigInt,
        secret_sealed -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    number_route (phone_number_id) {
        phone_number_id -> Text,
        waba_id -> Text,
        connection_id -> Text,
        tenant_id -> BigInt,
        channel_id -> Text,
    }
}

diesel::table! {
    quarantine (id) {
        id -> Text,
        item_key -> Text,
        connection_id -> Text,
        reason -> Text,
        raw -> Text,
        bytes -> BigInt,
        contact_id -> Nullable<Text>,
        received_at -> BigInt,
    }
}

diesel::table! {
    sign_in_failure (bucket) {
        bucket -> Text,
        failures -> BigInt,
        last_at -> BigInt,
    }
}

diesel::table! {
    mail (id) {
        id -> Text,
        recipient -> Text,
        template -> Text,
        data -> Text,
        language -> Text,
        attempts -> BigInt,
        created_at -> BigInt,
        next_at -> Nullable<BigInt>,
        sent_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    operator_audit (seq) {
        seq -> BigInt,
        at -> BigInt,
        actor -> Text,
        action -> Text,
        object -> Text,
        prev_hash -> Text,
        hash -> Text,
    }
}

diesel::table! {
    tenant_identity (only) {
        only -> BigInt,
        tenant_id -> BigInt,
    }
}

diesel::table! {
    tenant_log (tenant_id) {
        tenant_id -> BigInt,
        epoch -> Text,
        head -> BigInt,
        audit_seq -> BigInt,
        audit_hash -> Text,
    }
}

diesel::table! {
    review (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        conversation_id -> Text,
        contact_id -> Text,
        member_id -> Text,
        reviewer_id -> Text,
        at -> BigInt,
        scores -> Text,
        comment -> Text,
    }
}

diesel::table! {
    settings (tenant_id) {
        tenant_id -> BigInt,
        rev -> BigInt,
        tenant_name -> Text,
        mask_phones -> Bool,
        read_receipts -> Text,
        routing -> Text,
        zone -> Text,
        agents_block -> Bool,
        reviews -> Text,
        banner -> Nullable<Text>,
    }
}

diesel::table! {
    queue (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        rev -> BigInt,
        name -> Text,
        rules -> Text,
    }
}

diesel::table! {
    canned_reply (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        rev -> BigInt,
        member_id -> Nullable<Text>,
        queue_id -> Nullable<Text>,
        folder -> Text,
        shortcut -> Text,
        language -> Text,
        title -> Text,
        text -> Text,
        file -> Nullable<Text>,
        hash -> Nullable<Text>,
    }
}

diesel::table! {
    bulk (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        member_id -> Text,
        at -> BigInt,
        action -> Text,
        items -> Text,
        undone -> Bool,
    }
}

diesel::table! {
    saved_view (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        member_id -> Nullable<Text>,
        place -> BigInt,
        name -> Text,
        search -> Text,
    }
}

diesel::table! {
    calendar (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        rev -> BigInt,
        version -> BigInt,
        name -> Text,
        hours -> Text,
    }
}

diesel::table! {
    member (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        rev -> BigInt,
        scope_rev -> BigInt,
        account_id -> Text,
        name -> Text,
        role -> Text,
        active -> Bool,
        locked_out_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    member_queue (tenant_id, member_id, queue_id) {
        tenant_id -> BigInt,
        member_id -> Text,
        queue_id -> Text,
        level -> BigInt,
    }
}

diesel::table! {
    agent_presence (tenant_id, member_id) {
        tenant_id -> BigInt,
        member_id -> Text,
        availability -> Text,
        connected -> Bool,
        incarnation -> Text,
        changed_at -> BigInt,
        reason -> Nullable<Text>,
        wrap_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    channel (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        rev -> BigInt,
        name -> Text,
        address -> Text,
        colour -> Text,
        queue_id -> Nullable<Text>,
        connection_id -> Text,
        phone_number_id -> Text,
        account_id -> Nullable<Text>,
        rate -> BigInt,
        paused -> Bool,
    }
}

diesel::table! {
    channel_health (tenant_id, channel_id) {
        tenant_id -> BigInt,
        channel_id -> Text,
        rev -> BigInt,
        facts -> Text,
        told -> Text,
    }
}

diesel::table! {
    template (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        rev -> BigInt,
        account_id -> Text,
        meta_id -> Text,
        name -> Text,
        language -> Text,
        category -> Text,
        category_at -> BigInt,
        coming -> Nullable<Text>,
        coming_at -> BigInt,
        status -> Text,
        reason -> Nullable<Text>,
        status_at -> BigInt,
        quality -> Nullable<Text>,
        quality_at -> BigInt,
        parts -> Text,
        parts_at -> BigInt,
    }
}

diesel::table! {
    contact (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        name -> Nullable<Text>,
        phone -> Nullable<Text>,
        wa_id -> Nullable<Text>,
        bsuid -> Nullable<Text>,
        username -> Nullable<Text>,
        created_at -> BigInt,
        no_marketing -> Bool,
        marketing_at -> Nullable<BigInt>,
        group_id -> Nullable<Text>,
        merged_into -> Nullable<Text>,
        blocks -> Nullable<Text>,
        named_at -> Nullable<BigInt>,
        vip -> Bool,
        language -> Nullable<Text>,
    }
}

diesel::table! {
    contact_change (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        kind -> Text,
        at -> BigInt,
        member_id -> Text,
        contact_id -> Text,
        other_id -> Text,
        moved -> Text,
    }
}

diesel::table! {
    contact_identity (tenant_id, kind, value) {
        tenant_id -> BigInt,
        kind -> Text,
        value -> Text,
        contact_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    conversation (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        rev -> BigInt,
        contact_id -> Text,
        channel_id -> Text,
        state -> Text,
        queue_id -> Nullable<Text>,
        assignee_id -> Nullable<Text>,
        unread -> BigInt,
        last_seq -> BigInt,
        read_seq -> BigInt,
        told_read_seq -> BigInt,
        last_message_id -> Nullable<Text>,
        last_at -> Nullable<BigInt>,
        last_preview -> Nullable<Text>,
        last_kind -> Nullable<Text>,
        last_author -> Nullable<Text>,
        last_author_id -> Nullable<Text>,
        last_delivery -> Nullable<Text>,
        waiting_since -> Nullable<BigInt>,
        window_until -> Nullable<BigInt>,
        opened_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        close_reason -> Nullable<Text>,
        changed_at -> BigInt,
        answer_to -> Nullable<Text>,
        offer_until -> Nullable<BigInt>,
        heard -> Nullable<Text>,
    }
}

diesel::table! {
    message (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        rev -> BigInt,
        conversation_id -> Text,
        contact_id -> Text,
        channel_id -> Text,
        seq -> BigInt,
        at -> BigInt,
        written_at -> Nullable<BigInt>,
        author_kind -> Text,
        author_id -> Nullable<Text>,
        kind -> Text,
        text -> Nullable<Text>,
        happening -> Nullable<Text>,
        raw -> Nullable<Text>,
        wamid -> Nullable<Text>,
        command_key -> Nullable<Text>,
        delivery -> Nullable<Text>,
        delivery_rank -> BigInt,
        sent_at -> Nullable<BigInt>,
        delivered_at -> Nullable<BigInt>,
        read_at -> Nullable<BigInt>,
        failure_code -> Nullable<BigInt>,
        failure_reason -> Nullable<Text>,
        failure_detail -> Nullable<Text>,
        content -> Nullable<Text>,
        context -> Nullable<Text>,
        quoted_wamid -> Nullable<Text>,
        reactions -> Nullable<Text>,
        edited_at -> Nullable<BigInt>,
        delivery_more -> Nullable<Text>,
    }
}

diesel::table! {
    file (tenant_id, message_id) {
        tenant_id -> BigInt,
        message_id -> Text,
        contact_id -> Text,
        media_id -> Text,
        claimed_sha256 -> Nullable<Text>,
        state -> Text,
        failure -> Nullable<Text>,
        stored -> Nullable<Text>,
        hash -> Nullable<Text>,
        created_at -> BigInt,
        sent_as -> Nullable<Text>,
    }
}

diesel::table! {
    upload (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        member_id -> Text,
        kind -> Text,
        mime -> Text,
        name -> Text,
        stored -> Text,
        hash -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    sticker (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        name -> Text,
        stored -> Text,
        hash -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    sent_file (tenant_id, channel_id, hash, mime) {
        tenant_id -> BigInt,
        channel_id -> Text,
        hash -> Text,
        mime -> Text,
        media_id -> Text,
        sent_at -> BigInt,
    }
}

diesel::table! {
    message_change (tenant_id, channel_id, wamid) {
        tenant_id -> BigInt,
        channel_id -> Text,
        wamid -> Text,
        target_wamid -> Text,
        contact_id -> Text,
        kind -> Text,
        content -> Nullable<Text>,
        written_at -> BigInt,
        received_at -> BigInt,
        ours -> Bool,
        participant -> Nullable<Text>,
    }
}

diesel::table! {
    past_message (tenant_id, channel_id, wamid) {
        tenant_id -> BigInt,
        channel_id -> Text,
        wamid -> Text,
        contact_id -> Text,
        written_at -> BigInt,
        content -> Text,
        received_at -> BigInt,
    }
}

diesel::table! {
    awaited (tenant_id, message_id) {
        tenant_id -> BigInt,
        message_id -> Text,
        contact_id -> Text,
        until -> BigInt,
    }
}

diesel::table! {
    group_receipt (tenant_id, message_id, participant) {
        tenant_id -> BigInt,
        message_id -> Text,
        contact_id -> Text,
        participant -> Text,
        state -> Text,
    }
}

diesel::table! {
    outbox (tenant_id, message_id) {
        tenant_id -> BigInt,
        message_id -> Text,
        contact_id -> Text,
        channel_id -> Text,
        conversation_id -> Text,
        attempts -> BigInt,
        due_at -> BigInt,
        leased_by -> Nullable<Text>,
        created_at -> BigInt,
        uploading -> Bool,
    }
}

diesel::table! {
    early_status (tenant_id, channel_id, wamid, state) {
        tenant_id -> BigInt,
        channel_id -> Text,
        wamid -> Text,
        state -> Text,
        at -> BigInt,
        raw -> Text,
        contact_id -> Nullable<Text>,
        received_at -> BigInt,
    }
}

diesel::table! {
    raw_item (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        item_key -> Text,
        kind -> Text,
        channel_id -> Nullable<Text>,
        contact_id -> Nullable<Text>,
        error -> Nullable<Text>,
        raw -> Text,
        received_at -> BigInt,
    }
}

diesel::table! {
    command_result (tenant_id, member_id, command_key) {
        tenant_id -> BigInt,
        member_id -> Text,
        command_key -> Text,
        body_hash -> Text,
        result -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    live_event (tenant_id, pos) {
        tenant_id -> BigInt,
        pos -> BigInt,
        at -> BigInt,
        audience_before -> Nullable<Text>,
        audience_after -> Nullable<Text>,
        payload -> Text,
        contact_id -> Nullable<Text>,
    }
}

diesel::table! {
    fact (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        what -> Text,
        at -> BigInt,
        written_at -> Nullable<BigInt>,
        conversation_id -> Nullable<Text>,
        queue_id -> Nullable<Text>,
        member_id -> Nullable<Text>,
        channel_id -> Nullable<Text>,
        author_kind -> Nullable<Text>,
        calendar_version -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit (tenant_id, seq) {
        tenant_id -> BigInt,
        seq -> BigInt,
        at -> BigInt,
        actor -> Text,
        action -> Text,
        object -> Text,
        prev_hash -> Text,
        hash -> Text,
    }
}

diesel::table! {
    job (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        kind -> Text,
        payload -> Text,
        due_at -> BigInt,
        attempts -> BigInt,
        leased_by -> Nullable<Text>,
        dead -> Bool,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    search_token (tenant_id, token, conversation_id) {
        tenant_id -> BigInt,
        token -> Text,
        conversation_id -> Text,
        contact_id -> Text,
    }
}

diesel::table! {
    contact_token (tenant_id, kind, token, contact_id) {
        tenant_id -> BigInt,
        kind -> Text,
        token -> Text,
        contact_id -> Text,
    }
}

diesel::table! {
    member_skill (tenant_id, member_id, skill) {
        tenant_id -> BigInt,
        member_id -> Text,
        skill -> Text,
        score -> BigInt,
    }
}

diesel::table! {
    agent_load (tenant_id, member_id) {
        tenant_id -> BigInt,
        member_id -> Text,
        capacity -> BigInt,
        used -> BigInt,
        forced -> BigInt,
        given_at -> Nullable<BigInt>,
        misses -> BigInt,
    }
}

diesel::table! {
    assignment (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        conversation_id -> Text,
        member_id -> Text,
        queue_id -> Nullable<Text>,
        kind -> Text,
        weight -> BigInt,
        counted -> Bool,
        begun_at -> BigInt,
        accepted_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        ending -> Nullable<Text>,
        why -> Text,
    }
}

diesel::table! {
    waiting (tenant_id, conversation_id) {
        tenant_id -> BigInt,
        conversation_id -> Text,
        queue_id -> Text,
        waits -> Bool,
        since -> BigInt,
        priority -> BigInt,
        rank_at -> BigInt,
        skills -> Text,
        ring -> BigInt,
        need -> Text,
        passed -> Text,
        sticky_id -> Nullable<Text>,
        sticky_until -> Nullable<BigInt>,
        came_at -> BigInt,
        because -> Nullable<Text>,
    }
}

diesel::table! {
    visit (tenant_id, conversation_id) {
        tenant_id -> BigInt,
        conversation_id -> Text,
        opened_at -> BigInt,
        away_at -> Nullable<BigInt>,
        told -> BigInt,
        full_told -> Bool,
        been -> Text,
    }
}

diesel::table! {
    timer (tenant_id, kind, subject) {
        tenant_id -> BigInt,
        kind -> Text,
        subject -> Text,
        due_at -> BigInt,
    }
}

diesel::table! {
    draft (tenant_id, member_id, conversation_id) {
        tenant_id -> BigInt,
        member_id -> Text,
        conversation_id -> Text,
        contact_id -> Text,
        rev -> BigInt,
        text -> Text,
        note -> Bool,
        answers_id -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    notice (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        member_id -> Text,
        kind -> Text,
        conversation_id -> Nullable<Text>,
        message_id -> Nullable<Text>,
        by_id -> Nullable<Text>,
        at -> BigInt,
        read_at -> Nullable<BigInt>,
        queue_id -> Nullable<Text>,
        what -> Nullable<Text>,
        value -> Nullable<BigInt>,
    }
}

diesel::table! {
    alert (tenant_id, queue_id, what) {
        tenant_id -> BigInt,
        queue_id -> Text,
        what -> Text,
        since -> BigInt,
        value -> BigInt,
        threshold -> BigInt,
        ended_at -> Nullable<BigInt>,
        told_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    alert_webhook (tenant_id) {
        tenant_id -> BigInt,
        url -> Text,
        secret_sealed -> Text,
        active -> Bool,
        last_at -> Nullable<BigInt>,
        last_status -> Nullable<BigInt>,
        last_problem -> Nullable<Text>,
        gave_up -> Bool,
    }
}

diesel::table! {
    label (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        name -> Text,
        colour -> Text,
    }
}

diesel::table! {
    contact_label (tenant_id, contact_id, label_id) {
        tenant_id -> BigInt,
        contact_id -> Text,
        label_id -> Text,
    }
}

diesel::table! {
    conversation_label (tenant_id, conversation_id, label_id) {
        tenant_id -> BigInt,
        conversation_id -> Text,
        label_id -> Text,
        contact_id -> Text,
    }
}

diesel::table! {
    contact_field (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        key -> Text,
        title -> Text,
        kind -> Text,
        choices -> Text,
        personal -> Bool,
    }
}

diesel::table! {
    contact_value (tenant_id, contact_id, field_id) {
        tenant_id -> BigInt,
        contact_id -> Text,
        field_id -> Text,
        value -> Text,
    }
}

diesel::table! {
    contact_note (tenant_id, id) {
        tenant_id -> BigInt,
        id -> Text,
        contact_id -> Text,
        member_id -> Text,
        text -> Text,
        at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    conversation,
    contact_label,
    conversation_label,
    file,
    contact_identity,
    contact,
    message,
    search_token,
    contact_token,
    member,
    agent_presence,
    agent_load,
    member_queue
);
diesel::allow_tables_to_appear_in_same_query!(tenant, membership, session);
