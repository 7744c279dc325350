namespace Berth.Oracle;

/// <content>Subscriptions, settings, catalog and rules. (subscriptions.md, service-plans.md)</content>
public sealed partial class OracleTenant
{
    /// <summary>Buys units.</summary>
    public Answer Buy(string subscription, string sku, int units, string status, bool trial)
    {
        if (_subscriptions.ContainsKey(subscription))
        {
            return Answer.Refused("B80", "idTaken", subscription);
        }

        if (!_catalog.PlansOfSku.ContainsKey(sku))
        {
            return Answer.Refused("E1", "skuNotInTenant", sku);
        }

        return Accept(() => _subscriptions.Add(subscription, new OracleSubscription { Sku = sku, Units = units, Status = status, Trial = trial }));
    }

    /// <summary>Changes units or status; null leaves one as it is. Nobody loses anything (L97, B42).</summary>
    public Answer ChangeSubscription(string subscription, int? units, string? status)
    {
        if (!_subscriptions.TryGetValue(subscription, out OracleSubscription? found))
        {
            return Answer.Refused("E11", "subscriptionNotFound", subscription);
        }

        return Accept(() =>
        {
            if (found.Status is "Enabled" or "Warning" && status is "Suspended" or "LockedOut" or "Deleted")
            {
                _lapsed = (found.Sku, found.Units, status == "Suspended"); // B280
            }

            found.Units = units ?? found.Units;
            found.Status = status ?? found.Status;
        });
    }

    /// <summary>Chooses the modes.</summary>
    public Answer Configure(bool entraStrict, bool independent)
    {
        // The mode that holds after the change decides whether the retry follows (B39).
        _entraStrict = entraStrict;
        _independent = independent;
        return Accept(() => { });
    }

    /// <summary>Takes in catalog rows (L44) and, when given, other plan rules. Active pairs are not evaluated (B39, B43).</summary>
    public Answer Import(IEnumerable<SkuRow> rows, PlanRules? rules) => Accept(() =>
    {
        _catalog.Add(rows);
        _rules = rules ?? _rules;
    });
}
