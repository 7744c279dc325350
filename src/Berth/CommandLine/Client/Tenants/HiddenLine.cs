using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Berth.CommandLine.Client.Tenants;

/// <summary>A line that somebody types on a terminal and nobody sees, also what was typed or pasted before the program was ready for it (B560).</summary>
internal static class HiddenLine
{
    // What a terminal's settings may have in bytes, on every system that .NET runs on.
    private const int Room = 256;
    private const int Input = 0;
    private const int Now = 2;
    private const uint Echo = 8;

    // The local flags stand behind three others of the same size.
    private static int LocalFlags => OperatingSystem.IsMacOS() ? 3 * sizeof(ulong) : 3 * sizeof(uint);

    /// <summary>Asks on the error stream and reads.</summary>
    public static string Ask(string question)
    {
        byte[] shown = new byte[Room];
        if (OperatingSystem.IsWindows() || tcgetattr(Input, shown) != 0)
        {
            return ByKeys(question);
        }

        byte[] hidden = [.. shown];
        BitConverter.TryWriteBytes(hidden.AsSpan(LocalFlags), BitConverter.ToUInt32(hidden, LocalFlags) & ~Echo);
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => _ = tcsetattr(Input, Now, shown));
        _ = tcsetattr(Input, Now, hidden);
        try
        {
            Console.Error.Write(question);
            // Not through the console, which shows what it reads; the terminal itself gives whole lines, with what was taken back gone.
            using StreamReader reader = new(new FileStream(new SafeFileHandle(Input, ownsHandle: false), FileAccess.Read, bufferSize: 0));
            return reader.ReadLine() ?? "";
        }
        finally
        {
            _ = tcsetattr(Input, Now, shown);
            Console.Error.WriteLine();
        }
    }

    // Windows shows nothing of what is typed before it is read.
    private static string ByKeys(string question)
    {
        Console.Error.Write(question);
        StringBuilder typed = new();
        for (ConsoleKeyInfo key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            _ = key.Key == ConsoleKey.Backspace ? typed.Length > 0 ? typed.Remove(typed.Length - 1, 1) : typed : typed.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int tcgetattr(int file, byte[] settings);

    [DllImport("libc", SetLastError = true)]
    private static extern int tcsetattr(int file, int when, byte[] settings);
}
