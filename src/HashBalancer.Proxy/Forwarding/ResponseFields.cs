using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace HashBalancer.Proxy;

/// <summary>What of a node's head goes to the client.</summary>
internal static class ResponseFields
{
    /// <summary>Gives the client what a node's final head says.</summary>
    /// <param name="context">The client's request.</param>
    /// <param name="head">Read from what was received.</param>
    /// <param name="received">Begins with the head.</param>
    /// <param name="transforms">What the request's route changes.</param>
    /// <param name="hop">What the request asked of this hop.</param>
    public static void Pass(HttpContext context, ResponseHead head, ReadOnlySpan<byte> received, RouteTransforms transforms, in HopFields hop)
    {
        HttpResponse response = context.Response;
        if (head.Status != StatusCodes.Status200OK)
            response.StatusCode = head.Status;
        string reason = HeaderText.Of(received[head.Reason]);
        if (reason != ReasonPhrases.GetReasonPhrase(head.Status) && context.Features.Get<IHttpResponseFeature>() is { } feature)
            feature.ReasonPhrase = reason;

        IHeaderDictionary headers = response.Headers;
        foreach (ResponseHead.Field field in head.Fields)
        {
            string name = HeaderText.Of(received.Slice(field.Name, field.NameLength));
            if (IsPassed(head, received, name))
            {
                // Append would drop an empty value.
                headers[name] = StringValues.Concat(headers[name], HeaderText.Of(received.Slice(field.Value, field.ValueLength)));
            }
        }

        if (head.Status < StatusCodes.Status400BadRequest)
        {
            foreach (HeaderChange change in transforms.Response)
                change.Apply(headers);
        }

        // 204 has no length (RFC 9110 section 8.6), and 205 no content: without a length clients would wait for the connection's end.
        if (head.Status == StatusCodes.Status205ResetContent)
            response.ContentLength = 0;
        else if (head.Length >= 0 && head.Status is not (StatusCodes.Status204NoContent or StatusCodes.Status101SwitchingProtocols))
            response.ContentLength = head.Length;
        else if (hop.TrailersOf(head) == TrailerForm.Chunks)
            headers.TransferEncoding = "chunked";
        if (head.Status == StatusCodes.Status101SwitchingProtocols)
            headers.Upgrade = hop.Protocol;
    }

    private static bool IsPassed(ResponseHead head, ReadOnlySpan<byte> received, string name)
    {
        if (HopByHop.Has(name) || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            return false;
        if (head.HasConnectionField)
        {
            foreach (ResponseHead.Field field in head.Fields)
            {
                if (ResponseHead.IsConnection(received.Slice(field.Name, field.NameLength))
                    && HopByHop.IsNamed(HeaderText.Of(received.Slice(field.Value, field.ValueLength)), name))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
