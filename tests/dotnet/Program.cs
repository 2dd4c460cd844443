// Uses the driver as programs do that are written with NAudio.
//   naudio prepare FILE.acm FOLDER     writes a sound for every rate that the driver lists, and the
//                                      formats for `omniacm convert --to`, each with its sounds
//   naudio check DRIVER FOLDER LIST    prints TAP; DRIVER is `installed` or the driver's file, and
//                                      LIST is written with every format
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using NAudio.Wave;
using NAudio.Wave.Compression;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["prepare", var file, var folder]:
        Prepare(AcmDriver.AddLocalDriver(file), folder);
        return 0;
    case ["check", var driver, var folder, var list]:
        return new Checks(driver, new Reference(folder)).Run(list) ? 0 : 1;
    default:
        Console.Error.WriteLine("usage: naudio prepare FILE.acm FOLDER | check DRIVER FOLDER LIST");
        return 2;
}

static void Prepare(AcmDriver driver, string folder)
{
    string sounds = Path.Combine(folder, "pcm");
    var names = new HashSet<(string, int, int)>();
    int others = 0;

    driver.Open();
    Directory.CreateDirectory(sounds);
    foreach (var tag in Formats.Of(driver).Where(tag => !Formats.IsPcm(tag.Number)))
        foreach (var format in tag.Formats.Select(format => format.WaveFormat))
        {
            var file = Sound.FileFor(sounds, format);

            if (!File.Exists(file))
                Sound.Write(file, Formats.PcmOf(format));
            if (!Conversions.CanEncode(format))
                WriteRandom(Path.Combine(folder, "encoded", $"random-{++others}.wav"), format);
            else if (!names.Add((Name(format), format.SampleRate, format.Channels)))
                Write(Path.Combine(folder, "encoded", $"other-{++others}.wav"), file, format);
        }
    driver.Close();
    var targets = names.GroupBy(name => name.Item1, name => $"{name.Item2}-{name.Item3}.wav");

    File.WriteAllText(
        Path.Combine(folder, "targets"),
        string.Concat(targets.Select(target => $"{target.Key} {string.Join(' ', target)}\n")));
}

static string Name(WaveFormat format) =>
    $"0x{(int)format.Encoding:X4}@{format.AverageBytesPerSecond * 8 / 1000.0:0.000}";

// A format without an encoder decodes random bytes.
static void WriteRandom(string file, WaveFormat format)
{
    var bytes = new byte[200 * format.BlockAlign];

    new Random(1).NextBytes(bytes);
    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
    using var writer = new WaveFileWriter(file, format);

    writer.Write(bytes, 0, bytes.Length);
}

// The program cannot be asked for the second of two formats with one tag and bit rate. NAudio
// encodes it, and the program only decodes it.
static void Write(string file, string pcm, WaveFormat format)
{
    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
    WaveFileWriter.CreateWaveFile(
        file, new WaveFormatConversionStream(format, new WaveFileReader(pcm)));
}
