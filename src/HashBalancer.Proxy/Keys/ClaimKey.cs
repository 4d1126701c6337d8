using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace HashBalancer.Proxy;

internal sealed class ClaimKeyKind : IHashKeyKind
{
    public string Name => HashKeyKinds.Claim;

    public bool TakesName => true;

    public bool TryCreate(string name, [NotNullWhen(true)] out IHashKeySource? source, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        source = new Source(name);
        return true;
    }

    /// <summary>Asks the feature: <c>HttpContext.User</c> makes a user where there is none.</summary>
    private sealed class Source(string type) : IHashKeySource
    {
        public bool TryAppend(HttpContext context, scoped ref KeyBuffer key)
        {
            if (context.Features.Get<IHttpAuthenticationFeature>()?.User is not { Identity.IsAuthenticated: true } user || user.FindFirst(type) is not Claim claim)
                return false;
            key.Append(claim.Value.AsSpan());
            return key.Length > 0;
        }
    }
}
