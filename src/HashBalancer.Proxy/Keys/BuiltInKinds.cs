namespace HashBalancer.Proxy;

/// <summary>The built-in kinds of key sources.</summary>
internal static class BuiltInKinds
{
    public static IReadOnlyList<IHashKeyKind> All { get; } =
    [
        new ClaimKeyKind(), new ClientIpKeyKind(), new CookieKeyKind(), new HeaderKeyKind(), new HostKeyKind(), new IssuedCookieKeyKind(), new JwtKeyKind(),
        new PathKeyKind(), new QueryKeyKind(), new SegmentKeyKind(),
    ];
}
