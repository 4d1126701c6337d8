using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>One operation of PUT /v1/txn: at most one member is set; none at all is skipped.</summary>
internal sealed class TxnRequest
{
    public KeyOperation? Key { get; private set; }

    public NodeOperation? Node { get; private set; }

    public ServiceOperation? Service { get; private set; }

    public CheckOperation? Check { get; private set; }

    /// <summary>Whether the operation writes, or only reads or compares.</summary>
    public bool Writes =>
        Key is { Verb: "set" or "cas" or "lock" or "unlock" or "delete" or "delete-cas" or "delete-tree" }
        || (Node is not null && Node.Verb != "get") || (Service is not null && Service.Verb != "get") || (Check is not null && Check.Verb != "get");

    private bool IsEmpty => Key is null && Node is null && Service is null && Check is null;

    private static GoStruct<TxnRequest> Operation { get; } = new GoStruct<TxnRequest>("api.TxnOp")
        .Nested("KV", KeyOperation.Body, (t, v) => t.Key = v)
        .Nested("Node", NodeOperation.Body, (t, v) => t.Node = v)
        .Nested("Service", ServiceOperation.Body, (t, v) => t.Service = v)
        .Nested("Check", CheckOperation.Body, (t, v) => t.Check = v);

    /// <summary>Reads the operations.</summary>
    /// <exception cref="GoJsonException">The body is malformed or does not fit.</exception>
    public static IReadOnlyList<TxnRequest> ReadAll(ReadOnlySpan<byte> body)
    {
        GoValue value = GoJsonReader.Read(body);
        if (value.IsNull)
            return [];
        if (value.Kind != GoKind.Array)
            throw value.Mismatch("", "api.TxnOps");
        return [.. value.Items.Select(item => Operation.Read(item, "")).Where(operation => !operation.IsEmpty)];
    }

    internal sealed class KeyOperation
    {
        public string Verb { get; private set; } = "";

        public string Key { get; private set; } = "";

        public byte[] Value { get; private set; } = [];

        public ulong Flags { get; private set; }

        public ulong Index { get; private set; }

        public string Session { get; private set; } = "";

        public static GoStruct<KeyOperation> Body { get; } = new GoStruct<KeyOperation>("api.KVTxnOp")
            .Text("Verb", (o, v) => o.Verb = v)
            .Text("Key", (o, v) => o.Key = v)
            .Text("Value", (o, v) => o.Value = FromBase64(v))
            .Index("Flags", (o, v) => o.Flags = v)
            .Index("Index", (o, v) => o.Index = v)
            .Text("Session", (o, v) => o.Session = v)
            .Text("Namespace", (_, _) => { });

        private static byte[] FromBase64(string text)
        {
            byte[] bytes = new byte[text.Length];
            if (Convert.TryFromBase64String(text, bytes, out int length))
                return bytes[..length];
            int bad = 0;
            while (bad < text.Length && (char.IsAsciiLetterOrDigit(text[bad]) || text[bad] is '+' or '/'))
                bad++;
            throw new GoJsonException($"illegal base64 data at input byte {bad}");
        }
    }

    internal sealed class NodeOperation
    {
        public string Verb { get; private set; } = "";

        public CatalogNode Node { get; private set; } = new();

        public static GoStruct<NodeOperation> Body { get; } = new GoStruct<NodeOperation>("api.NodeTxnOp")
            .Text("Verb", (o, v) => o.Verb = v)
            .Nested("Node", NodeMembers, (o, v) => o.Node = v.Node);

        private static GoStruct<NodeRequest> NodeMembers => new GoStruct<NodeRequest>("api.Node")
            .Text("ID", (n, v) => n.Node = n.Node with { ID = v })
            .Text("Node", (n, v) => n.Node = n.Node with { Node = v })
            .Text("Address", (n, v) => n.Node = n.Node with { Address = v })
            .Text("Datacenter", (_, _) => { })
            .Field("TaggedAddresses", (n, v) => n.Node = n.Node with { TaggedAddresses = v.AsStringMap("TaggedAddresses") })
            .Field("Meta", (n, v) => n.Node = n.Node with { Meta = v.AsStringMap("Meta") })
            .Index("CreateIndex", (_, _) => { })
            .Index("ModifyIndex", (n, v) => n.Node = n.Node with { ModifyIndex = v });

        private sealed class NodeRequest
        {
            public CatalogNode Node { get; set; } = new();
        }
    }

    internal sealed class ServiceOperation
    {
        public string Verb { get; private set; } = "";

        public string Node { get; private set; } = "";

        public CatalogServiceInstance Service { get; private set; } = new();

        public static GoStruct<ServiceOperation> Body { get; } = new GoStruct<ServiceOperation>("api.ServiceTxnOp")
            .Text("Verb", (o, v) => o.Verb = v)
            .Text("Node", (o, v) => o.Node = v)
            .Nested("Service", InstanceRequest.Body, (o, v) => o.Service = v.Instance);
    }

    internal sealed class CheckOperation
    {
        public string Verb { get; private set; } = "";

        public HealthCheck Check { get; private set; } = new();

        public static GoStruct<CheckOperation> Body { get; } = new GoStruct<CheckOperation>("api.CheckTxnOp")
            .Text("Verb", (o, v) => o.Verb = v)
            .Nested("Check", HealthCheckRequest.Body, (o, v) => o.Check = v.Check);
    }
}
