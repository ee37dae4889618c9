#!/bin/sh
# Make the three short clips of the demo (needs ffmpeg): 540x960, 4 seconds, H.264 + AAC, just
# over the platform's least bit rate.  The results are in demo/, so this runs only when they change.
set -eu
cd "$(dirname "$0")/../demo"
clip() { # name, colours, tone, line 1, line 2
    ffmpeg -hide_banner -loglevel error -y \
        -f lavfi -i "gradients=s=540x960:d=4:r=24:c0=$2:c1=$3:speed=0.03" \
        -f lavfi -i "sine=frequency=$4:duration=4,volume=0.3" \
        -vf "noise=alls=6:allf=t,drawtext=text='$5':fontcolor=white:fontsize=58:x=(w-tw)/2:y=360,drawtext=text='$6':fontcolor=white:fontsize=40:x=(w-tw)/2:y=450,drawbox=x=170:y=640:w=200:h=70:color=white@0.9:t=fill,drawtext=text='Sign up':fontcolor=black:fontsize=34:x=(w-tw)/2:y=658" \
        -c:v libx264 -preset medium -pix_fmt yuv420p -b:v 520k -minrate 520k -maxrate 520k -bufsize 260k \
        -x264-params nal-hrd=cbr -c:a aac -b:a 48k -movflags +faststart -shortest "$1"
}
clip trial-lesson.mp4 '0x0b6b5a' '0x1d3557' 330 'Free trial lesson' 'English with a tutor'
clip ninety-days.mp4 '0x7b2cbf' '0x1d3557' 392 'Speak in 90 days' 'Plan made for you'
clip win-a-phone.mp4 '0xd00000' '0xf48c06' 440 'Win a phone' 'Answer one question'
