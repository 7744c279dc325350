namespace Berth.Oracle;

/// <content>What somebody asks of a Cloud PC. (cloud-pcs.md)</content>
public sealed partial class OracleTenant
{
    /// <summary>Ends a grace period (C42).</summary>
    public Answer EndGrace(int number) => With(number, row =>
        row.Status != "inGracePeriod" ? Answer.Refused("B268", "operationConflict", $"#{number}") : Accept(() => Deprovision(row)));

    /// <summary>Makes the machine anew (B272).</summary>
    public Answer Reprovision(int number, bool? administrator, bool self) => With(number, row => Unserved(row, self) ?? (
        row.Status is not ("failed" or "provisioned" or "provisionedWithWarnings") || (row.Status == "failed" && row.Goes is not null)
            || IsBusy(row) || (row.IsShared && _fleet.Paused.Contains(row.Assignment!.Value))
            ? Answer.Refused("B272", "operationConflict", $"#{number}")
            : Accept(() =>
            {
                RestReserve(row);
                GoesAnyway(row);
                (row.Status, row.Error, row.Job, row.AsksAdministrator) = ("provisioning", null, null, administrator ?? false);
                Attempt(row, "reprovision", 1);
            })));

    /// <summary>Gives it another name (B278).</summary>
    public Answer RenameCloudPc(int number, string name) => With(number, row => Accept(() => row.Name = name));

    /// <summary>Gives it another size (B277).</summary>
    public Answer Resize(int number, string target) => With(number, row =>
    {
        if (KindOf(row) != "Enterprise" || PlanOf(target) is not { Kind: "Enterprise" } size
            || target == row.Plan || size.DiskGB < PlanOf(row.Plan)!.DiskGB)
        {
            return Answer.Refused("C60", "operationNotSupported", $"#{number}");
        }

        if (row.Status != "provisioned" || IsBusy(row))
        {
            return Answer.Refused("C61", "operationConflict", $"#{number}");
        }

        if (IsLicensed(row, target) || RowOf(row.UserId, target) is not null)
        {
            return Answer.Refused("C71", "targetLicenseHasAssigned", $"#{number}");
        }

        if (!IsSlotFree(target))
        {
            return Answer.Refused("C70", "noLicenseForSize", target);
        }

        if (_pairs.Exists(pair => pair.User == row.UserId && pair.Applied.Any(one => Enabled(one.Key, one.Value).Contains(row.Plan))))
        {
            return Accept(() => (row.Status, row.Window) = ("resizePendingLicense", (target, _now + ResizeWindow))); // B276
        }

        // B275
        List<string> remove = [.. row.User.Direct.Where(one => Enabled(one.Key, one.Value).Contains(row.Plan)).Select(one => one.Key)];
        string? add = _catalog.PlansOfSku.Keys.Where(sku => _catalog.PlansOfSku[sku].Contains(target) && IsTenants(sku) && _catalog.IsForUsers(sku)
                && (Holds(row.UserId, sku) || Assignable(sku) > Consumed(sku)))
            .OrderBy(sku => IsPaid(sku) ? 0 : 1) // the sort is stable
            .FirstOrDefault();
        if (add is null)
        {
            return Answer.Refused("C70", "noLicenseForSize", target);
        }

        List<Wish> wish = [new(add, [])];
        remove.Remove(add);
        return Hindrance(row.UserId, row.User, wish, remove) ?? Accept(() =>
        {
            row.User.Direct = Switch(row.User.Direct, wish, remove);
            BeginResize(row, target);
        });
    });

    /// <summary>Puts it back to a restore point that is counted (B279), by its time.</summary>
    public Answer RestoreCloudPc(int number, DateTimeOffset point, bool self) =>
        With(number, row => Unserved(row, self) ?? Restore(row, point, Points(row, _now).Contains(point) ? null : Answer.Refused("B279", "snapshotNotFound")));

    /// <summary>Puts it back to the restore point that was made by hand (B279), by its time.</summary>
    public Answer RestoreManual(int number, DateTimeOffset point) =>
        With(number, row => Restore(row, point, HasManual(row, _now) && row.ManualPoint == point ? null : Answer.Refused("B279", "snapshotNotFound")));

    /// <summary>Puts it back to what is kept of the Cloud PC that had a number (C54, B279).</summary>
    public Answer RestoreRetained(int number, int of) => With(number, row => Restore(
        row,
        _fleet.Retained.Find(one => one.Of.Number == of)?.Until - Retention ?? _now,
        _fleet.Retained.Find(one => one.Of.Number == of && one.Job is null) is not { } kept ? Answer.Refused("B279", "snapshotNotFound")
            : !ReferenceEquals(kept.Of.User, row.User) || kept.Of.Plan != row.Plan || kept.Of.Place!.Region != row.Place?.Region ? Answer.Refused("B279", "operationNotSupported", $"#{number}")
            : null));

    /// <summary>Makes the restore point by hand (C57).</summary>
    public Answer SnapshotCloudPc(int number) => With(number, row => Ask(row, "snapshot"));

    /// <summary>Starts it again (B278).</summary>
    public Answer RestartCloudPc(int number) => With(number, row => Ask(row, "restart"));

    /// <summary>Begins a session, or goes on with the one that was left (B285, B380).</summary>
    public Answer StartSession(string user, int number)
    {
        if (!_users.TryGetValue(user, out OracleUser? found))
        {
            return Answer.Refused("E11", "userNotFound", user);
        }

        return With(number, row =>
        {
            if (IsFrontline(row))
            {
                return StartFrontline(found, user, row);
            }

            string? code = row.UserId != user || !IsThere(row) || !IsOn(found) ? "notAssigned"
                : KindOf(row) != "Reserve" && !IsLicensed(row, row.Plan) && row.Status != "inGracePeriod" ? "notLicensed"
                : !LetsIn(row) ? "cloudPcNotReady"
                : _fleet.Sessions.GetValueOrDefault(number) ? "cloudPcInUse"
                : null;
            return code is not null ? Answer.Refused("B285", code, $"#{number}") : Accept(() =>
            {
                if (!_fleet.Sessions.ContainsKey(number))
                {
                    SignIn(row, user); // B380: who comes back signs in no more
                }

                _fleet.Sessions[number] = true;
            });
        });
    }

    /// <summary>Leaves the session on a Cloud PC; it is held.</summary>
    public Answer DisconnectSession(int number) => _fleet.Sessions.ContainsKey(number)
        ? Accept(() => _fleet.Sessions[number] = false)
        : _fleet.Rows.Find(row => row.Number == number) is { Session: { } session } row ? Accept(() => Leave(row, session))
        : Answer.Refused("B285", "sessionNotFound");

    /// <summary>Ends the session on a Cloud PC.</summary>
    public Answer EndSession(int number) => _fleet.Sessions.ContainsKey(number)
        ? Accept(() =>
        {
            _fleet.Sessions.Remove(number);
            _fleet.Rows.First(row => row.Number == number).SignedOut = _now;
        })
        : _fleet.Rows.Find(row => row.Number == number) is { Session: not null } row ? Accept(() => SignOut(row))
        : Answer.Refused("B285", "sessionNotFound");

    private Answer With(int number, Func<OracleRow, Answer> command) =>
        _fleet.Rows.Find(row => row.Number == number) is { } row ? command(row) : Answer.Refused("E11", "cloudPcNotFound", $"#{number}");

    private bool IsPaid(string sku) => _subscriptions.Values.Any(one => one.Sku == sku && one.Status is "Enabled" or "Warning" && !one.Trial && one.Units > 0);

    // B274, B279
    private static bool IsFree(OracleRow row) => row.Status is "provisioned" or "provisionedWithWarnings" && !IsBusy(row);

    // B286, B382
    private static bool IsBusy(OracleRow row) => row.Job is { AtItsTime: false };

    private Answer Restore(OracleRow row, DateTimeOffset to, Answer? hindrance)
    {
        if (!IsFree(row))
        {
            return Answer.Refused("B279", "operationConflict", $"#{row.Number}");
        }

        return hindrance ?? Accept(() =>
        {
            (row.Status, row.RestoresTo) = ("restoring", to);
            Work(row, "restore");
        });
    }

    // B278
    private Answer Ask(OracleRow row, string kind) => row.Status is not ("provisioned" or "provisionedWithWarnings" or "inGracePeriod") || IsBusy(row)
        ? Answer.Refused("B278", "operationConflict", $"#{row.Number}")
        : Accept(() => Work(row, kind));
}
