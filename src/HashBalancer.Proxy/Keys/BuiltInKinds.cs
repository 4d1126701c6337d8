namespace HashBalancer.Proxy;

/// <summary>The built-in kinds of key sources.</summary>
internal static class BuiltInKinds
{
    public static IReadOnlyList<IHashKeyKind> All { get; } =
        [new ClientIpKeyKind(), new CookieKeyKind(), new HeaderKeyKind(), new HostKeyKind(), new PathKeyKind(), new QueryKeyKind()];
}
