namespace Berth.Clustering;

/// <summary>
/// That a request is inside a tenant, which is not given up meanwhile (B716). It ends with the request, or before when what is left to do does not need the tenant. For one thread at a time.
/// </summary>
internal sealed class TenantVisit(IDisposable visit) : IDisposable
{
    private IDisposable? _visit = visit;

    /// <summary>Ends it; again is nothing.</summary>
    public void Dispose()
    {
        _visit?.Dispose();
        _visit = null;
    }
}
