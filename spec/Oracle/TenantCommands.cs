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

    /// <summary>Makes the units of a SKU that can be given this many (B502).</summary>
    public Answer SetUnits(string subscription, string sku, int units)
    {
        if (!_catalog.PlansOfSku.ContainsKey(sku))
        {
            return Answer.Refused("E1", "skuNotInTenant", sku);
        }

        return Accept(() =>
        {
            OracleSubscription[] newestFirst = [.. _subscriptions.Values.Where(one => one.Sku == sku && one.Status is "Enabled" or "Warning" && one.Sku == sku).Reverse()];
            int more = units - newestFirst.Sum(one => one.Units);
            if (more > 0 && Array.Find(newestFirst, one => one.Status == "Enabled") is { } newest)
            {
                newest.Units += more;
            }
            else if (more > 0)
            {
                _subscriptions.Add(subscription, new OracleSubscription { Sku = sku, Units = more, Status = "Enabled", Trial = false });
            }

            foreach (OracleSubscription one in newestFirst)
            {
                int less = Math.Min(one.Units, Math.Max(0, -more));
                one.Units -= less;
                more += less;
            }
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
