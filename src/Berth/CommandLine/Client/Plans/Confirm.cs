namespace Berth.CommandLine.Client.Plans;

/// <summary>A question before something is changed. Where nobody can answer, it is not done.</summary>
internal static class Confirm
{
    /// <summary>Whether a person says yes, or has said so beforehand.</summary>
    public static bool Asked(Screen screen, bool yes, string question)
    {
        if (yes)
        {
            return true;
        }

        if (Console.IsInputRedirected)
        {
            screen.Warn("nothing was changed: give --yes where nobody can be asked.");
            return false;
        }

        Console.Error.Write($"{question} [y/N] ");
        if (Console.ReadLine()?.Trim().Equals("y", StringComparison.OrdinalIgnoreCase) == true)
        {
            return true;
        }

        screen.Warn("nothing was changed.");
        return false;
    }
}
