using HashBalancer.Proxy.Tests.Support;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Proxy.Tests.Errors;

public sealed class ForwardResultTests
{
    [Theory]
    [InlineData(ForwarderError.None, 200, "2xx", null)]
    [InlineData(ForwarderError.None, 404, "4xx", null)]
    [InlineData(ForwarderError.Request, 502, "failed", "node-disconnected")]
    [InlineData(ForwarderError.RequestTimedOut, 504, "failed", "node-timeout")]
    [InlineData(ForwarderError.RequestCanceled, 400, "canceled", "request-canceled")]
    [InlineData(ForwarderError.RequestBodyCanceled, 400, "canceled", "request-canceled")]
    [InlineData(ForwarderError.RequestBodyClient, 400, "canceled", "request-body")]
    [InlineData(ForwarderError.RequestBodyDestination, 502, "failed", "node-refused-body")]
    [InlineData(ForwarderError.ResponseHeaders, 502, "failed", "node-response")]
    [InlineData(ForwarderError.ResponseBodyCanceled, 200, "canceled", null)]
    [InlineData(ForwarderError.ResponseBodyClient, 200, "canceled", null)]
    [InlineData(ForwarderError.ResponseBodyDestination, 200, "failed", "node-response")]
    [InlineData(ForwarderError.UpgradeRequestCanceled, 101, "1xx", null)]
    [InlineData(ForwarderError.UpgradeRequestClient, 101, "1xx", null)]
    [InlineData(ForwarderError.UpgradeRequestDestination, 101, "1xx", null)]
    [InlineData(ForwarderError.UpgradeResponseCanceled, 101, "1xx", null)]
    [InlineData(ForwarderError.UpgradeResponseClient, 101, "1xx", null)]
    [InlineData(ForwarderError.UpgradeResponseDestination, 101, "1xx", null)]
    [InlineData(ForwarderError.NoAvailableDestinations, 503, "5xx", "no-destination")]
    [InlineData(ForwarderError.RequestCreation, 502, "5xx", "request-creation")]
    [InlineData(ForwarderError.UpgradeActivityTimeout, 101, "1xx", null)]
    public void Of_EveryErrorOfYarp_HasItsOutcomeAndReason(ForwarderError error, int status, string codeClass, string? reason)
    {
        ForwardResult result = Result(error, status, exception: null);

        Assert.Equal((codeClass, reason), (result.Outcome.CodeClass(), result.Error?.Name()));
        if (result.Error is { } described)
            Assert.NotEmpty(ForwardResult.Describe(described));
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError, "node-unreachable")]
    [InlineData(HttpRequestError.NameResolutionError, "node-unreachable")]
    [InlineData(HttpRequestError.SecureConnectionError, "node-unreachable")]
    [InlineData(HttpRequestError.InvalidResponse, "node-response")]
    [InlineData(HttpRequestError.ConfigurationLimitExceeded, "node-response")]
    [InlineData(HttpRequestError.ResponseEnded, "node-disconnected")]
    [InlineData(HttpRequestError.Unknown, "node-disconnected")]
    public void Of_FailedRequest_ReasonFollowsTheClientsException(HttpRequestError error, string reason) =>
        Assert.Equal(reason, Result(ForwarderError.Request, 502, new HttpRequestException(error)).Error?.Name());

    [Theory]
    [InlineData(99, "1xx")]
    [InlineData(101, "1xx")]
    [InlineData(204, "2xx")]
    [InlineData(302, "3xx")]
    [InlineData(499, "4xx")]
    [InlineData(599, "5xx")]
    [InlineData(999, "5xx")]
    public void OfStatus_AnyStatus_HasAClass(int status, string codeClass) =>
        Assert.Equal(codeClass, Outcomes.OfStatus(status).CodeClass());

    [Fact]
    public void Names_OfEveryReason_AreDistinct()
    {
        Assert.Distinct(ErrorReasons.All.Select(reason => reason.Name()));
        Assert.Distinct(SelectionReasons.All.Select(reason => reason.Name()));
        Assert.Distinct(Outcomes.All.Select(outcome => outcome.CodeClass()));
    }

    private static ForwardResult Result(ForwarderError error, int status, Exception? exception)
    {
        HttpContext context = Requests.With();
        context.Response.StatusCode = status;
        if (error != ForwarderError.None)
            context.Features.Set<IForwarderErrorFeature>(new Report(error, exception));
        return ForwardResult.Of(context);
    }

    private sealed record Report(ForwarderError Error, Exception? Exception) : IForwarderErrorFeature;
}
