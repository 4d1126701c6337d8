using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;

namespace HashBalancer.Proxy;

/// <summary>Looks features up where every request comes by.</summary>
internal static class FeatureLookup
{
    /// <summary>The feature of a type, or null. By the type and a cast: <c>Get</c> is virtual and generic, which the runtime resolves anew at each call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T? Of<T>(this IFeatureCollection features)
        where T : class => (T?)features[typeof(T)];
}
