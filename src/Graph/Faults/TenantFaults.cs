using System.Collections.Immutable;
using Berth.Engine;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Ledger;

namespace Berth.Graph.Faults;

/// <summary>The faults of one tenant: which rules there are, and the way of a request that meets them.</summary>
internal sealed class TenantFaults(TimeProvider time, CancellationToken stopping)
{
    private ImmutableArray<ActiveFault> _rules = [];
    private int _last;

    /// <summary>The installed rules, oldest first.</summary>
    public ImmutableArray<ActiveFault> Rules => _rules;

    /// <summary>Installs a rule. The caller sees to it that nobody else changes the list.</summary>
    public ActiveFault Add(FaultRule rule)
    {
        ActiveFault active = new(++_last, rule, time);
        _rules = _rules.Add(active);
        return active;
    }

    /// <summary>Takes rules away; false when there was none of them. The caller sees to it that nobody else changes the list.</summary>
    public bool Remove(Predicate<ActiveFault> which)
    {
        int before = _rules.Length;
        _rules = _rules.RemoveAll(which);
        return _rules.Length < before;
    }

    /// <summary>
    /// Answers a request under the rules (B222). Every rule that matches counts it, in the order in which requests arrive; delays add up; the first rule that
    /// ends it is the only one that strikes it.
    /// </summary>
    public async ValueTask<GraphResponse> AnswerAsync(TenantDesk desk, GraphRequest request, RouteMatch match, CancellationToken cancel)
    {
        Tenant tenant = desk.Current;
        if (!match.Route!.Access.Allows(request.Caller.Permissions))
        {
            // An item of a batch; what came by itself was refused before (B220).
            return GraphResponse.Error(request, GraphError.Denied);
        }

        TimeSpan delay = TimeSpan.Zero;
        ThrottleHeaders? told = null;
        GraphError? refusal = null;
        ActiveFault? end = null, behind = null;
        double howFar = 0;
        foreach (ActiveFault active in _rules)
        {
            FaultRule rule = active.Rule;
            if (!rule.Matches(request))
            {
                continue;
            }

            long ordinal = active.Count();
            if (end is not null || !rule.Strikes(ordinal))
            {
                continue;
            }

            switch (rule.Kind)
            {
                case FaultKind.ThrottleModel:
                    (told, refusal) = active.Model!.Charge(tenant, request, request.ThrottlePriority);
                    if (refusal is not null && active.TryFire())
                    {
                        end = active;
                    }
                    else if (refusal is not null)
                    {
                        (told, refusal) = (told with { Scope = null, Information = null }, null);
                    }

                    break;
                case FaultKind.Delay:
                    delay += active.TryFire() ? rule.Delay : TimeSpan.Zero;
                    break;
                case FaultKind.EventualConsistency:
                    (behind, howFar) = (active, rule.Draw(ordinal, "behind"));
                    break;
                case FaultKind.Throttle or FaultKind.Error or FaultKind.Drop or FaultKind.Conflict or FaultKind.Challenge:
                    end = active.TryFire() ? active : null;
                    break;
            }
        }

        if (delay > TimeSpan.Zero)
        {
            await WaitAsync(delay < GraphLimits.FaultDelay ? delay : GraphLimits.FaultDelay, cancel).ConfigureAwait(false);
        }

        if (end is { Rule.Moment: FaultMoment.Before })
        {
            return Told(refusal is null ? Answer(end.Rule, request, tenant) : GraphResponse.Error(request, refusal), told);
        }

        GraphResponse response = await GraphRoom.FinishAsync(
            desk, request, GraphRoom.Handle(Seen(desk, behind, howFar), request, match), cancel).ConfigureAwait(false);
        if (end is not null)
        {
            response.Dispose();
            response = Answer(end.Rule, request, tenant);
        }

        return Told(response, told);
    }

    // A process that is told to stop does not wait for its own faults: whoever is delayed is answered now.
    private async Task WaitAsync(TimeSpan delay, CancellationToken cancel)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancel, stopping);
        try
        {
            await Task.Delay(delay, time, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
        }
    }

    private static GraphResponse Answer(FaultRule rule, GraphRequest request, Tenant tenant) => rule.Kind == FaultKind.Drop
        ? GraphResponse.Dropped
        : GraphResponse.Error(request, FaultErrors.Of(rule, request, ThrottleModel.SizeOf(tenant)));

    private static GraphResponse Told(GraphResponse response, ThrottleHeaders? told) =>
        told is null || response.IsDropped ? response : response.With(response.Headers with { Throttle = response.Headers.Throttle ?? told });

    // The tenant that a read sees: one of the older states that the rule allows, the same in every run; the current one when there is none (B229).
    private static Tenant Seen(TenantDesk desk, ActiveFault? behind, double howFar)
    {
        if (behind is not null)
        {
            IReadOnlyList<Tenant> older = desk.Behind(behind.Rule.Versions, behind.Rule.Window);
            if (older.Count > 0 && behind.TryFire())
            {
                return older[(int)(howFar * older.Count)];
            }
        }

        return desk.Current;
    }
}
