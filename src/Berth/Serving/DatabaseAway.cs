using Berth.Graph.Requests;

namespace Berth.Serving;

/// <summary>What needs the database while it does not answer is refused with 503 in Graph's envelope, also where no Graph request is: sign-in, applications, set-up (B704).</summary>
internal sealed class DatabaseAway(TimeProvider time, RequestDelegate next)
{
    /// <summary>Lets everything through, and answers for what could not.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception e) when (GraphError.OfDatabase(e) is not null && !context.Response.HasStarted)
        {
            await context.WriteErrorAsync(GraphError.OfDatabase(e)!, time).ConfigureAwait(false);
        }
    }
}
