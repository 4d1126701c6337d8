namespace HashBalancer.Agent;

/// <summary>Tells how busy the application is, where it knows better than its processor time: register one in the services.</summary>
/// <remarks>With several, the highest counts. Asked from one thread, about once a second.</remarks>
public interface IUtilisationSource
{
    /// <summary>The most used resource as a fraction of what there is, 0 and up; above 1 when work is piling up.</summary>
    double Utilisation { get; }
}
