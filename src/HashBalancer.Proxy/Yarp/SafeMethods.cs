using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

/// <summary>The methods that change nothing: RFC 9110 §9.2.1.</summary>
internal static class SafeMethods
{
    public static bool Has(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);
}
