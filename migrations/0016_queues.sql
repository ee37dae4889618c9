-- 0016_queues: the queues stay quick when tens of thousands wait in them.

-- Deliveries that were tried before: few, while many new ones wait.
CREATE INDEX webhook_deliveries_again ON webhook_deliveries (attempts, received_ms, delivery_id)
    WHERE state = 'received' AND attempts > 0;

-- What waits for one endpoint, in the order in which it happened.
CREATE INDEX handoffs_queue ON handoffs (org_id, endpoint_id, handoff_id) WHERE state = 'waiting';

-- What needs a look, newest first.
CREATE INDEX webhook_deliveries_care ON webhook_deliveries (received_ms, delivery_id)
    WHERE state IN ('failed', 'unresolved', 'quarantined');
