using HashBalancer.Control;
using HashBalancer.Gateway.Configuration;
using HashBalancer.Proxy;
using Yarp.ReverseProxy.Configuration;

namespace HashBalancer.Gateway.Hosting;

/// <summary>Hands a checked configuration to the parts that follow it while running: pools, policies, routes, clusters.</summary>
internal sealed class ConfigurationInForce(PoolPolicies policies, MembershipService membership, InMemoryConfigProvider yarp)
{
    // Policies first: a route that already leads to a new pool must find how it is keyed.
    public void Apply(GatewayConfiguration configuration)
    {
        policies.Replace(configuration.Policies);
        membership.Apply(configuration.Pools);
        yarp.Update(configuration.Routes, configuration.Clusters);
    }
}
