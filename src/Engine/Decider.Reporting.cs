namespace Berth.Engine;

/// <content>Who reports to whom (B140, B142).</content>
internal sealed partial class Decider
{
    // B140. The index is -1 when no manager is named.
    private Refusal? FindManager(Guid user, Guid? manager, out int index)
    {
        index = manager is { } id ? _draft.FindUser(id) : -1;
        return manager is null ? null
            : manager == user ? new Refusal(RefusalCode.ManagerOfItself) { Subject = user }
            : index < 0 ? new Refusal(RefusalCode.ManagerNotFound) { Subject = manager }
            : null;
    }

    private void Report(int user, int manager)
    {
        if (manager >= 0 && manager != _draft.ManagerOf(user))
        {
            EndReporting(user);
            _draft.Record(new Change.ReportingSet([user], manager));
        }
    }

    private Refusal? ReportTo(Command.ReportTo report)
    {
        int manager = -1;
        if ((FindUser(report.UserId, out int index) ?? FindManager(report.UserId, report.ManagerId, out manager)) is { } refusal)
        {
            return refusal;
        }

        if (report.ManagerId is null)
        {
            if (_draft.ManagerOf(index) < 0)
            {
                return new Refusal(RefusalCode.ManagerMissing) { Subject = report.UserId };
            }

            EndReporting(index);
            _draft.Record(new Change.ReportingSet([index], null));
        }

        Report(index, manager);
        return null;
    }
}
