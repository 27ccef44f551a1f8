using Mana.Auth.Passwords;

namespace Mana.Auth.Pages;

internal static class WeakPasswordText
{
    public static string Of(Page page, WeakPassword weak) => weak.Reason switch
    {
        Weakness.TooShort => page[$"Zu kurz: mindestens {PasswordPolicy.Shortest} Zeichen.", $"Too short: at least {PasswordPolicy.Shortest} characters."],
        Weakness.TooLong => page[$"Zu lang: höchstens {PasswordPolicy.Longest} Zeichen.", $"Too long: at most {PasswordPolicy.Longest} characters."],
        _ => page["Das ist leicht zu erraten. Nimm ein längeres oder weniger regelmäßiges Passwort.", weak.Sentence],
    };
}
